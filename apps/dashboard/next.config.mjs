import { join } from 'node:path'

const isDev = process.env.NODE_ENV !== 'production'

/** Nothing from elsewhere is loaded, and no other page can put ours in a frame to have its buttons pressed. */
const CONTENT_SECURITY = [
  "default-src 'self'",
  // Next's own start-up and the theme run inline; development also evaluates.
  `script-src 'self' 'unsafe-inline'${isDev ? " 'unsafe-eval'" : ''}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Plain JavaScript: the server reads it too, and has no compiler where only what it needs is installed.
 * @type {import('next').NextConfig} */
const config = {
  // The repository: workspace packages are compiled from their TypeScript source.
  turbopack: { root: join(import.meta.dirname, '..', '..') },
  transpilePackages: ['@orrery/live', '@orrery/protocol'],
  serverExternalPackages: ['pg', '@prisma/client', '@prisma/adapter-pg', '@electric-sql/pglite'],
  // `npm run check` checks types, over the whole repository and with the pinned compiler.
  typescript: { ignoreBuildErrors: true },
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'Content-Security-Policy', value: CONTENT_SECURITY },
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'same-origin' },
      ],
    },
  ],
}

export default config
