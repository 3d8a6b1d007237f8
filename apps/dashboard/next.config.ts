import { join } from 'node:path'
import type { NextConfig } from 'next'

const config: NextConfig = {
  // The repository: workspace packages are compiled from their TypeScript source.
  turbopack: { root: join(import.meta.dirname, '..', '..') },
  transpilePackages: ['@orrery/live', '@orrery/protocol'],
  serverExternalPackages: ['pg', '@prisma/client', '@prisma/adapter-pg', '@electric-sql/pglite'],
  // `npm run check` checks types, over the whole repository and with the pinned compiler.
  typescript: { ignoreBuildErrors: true },
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
}

export default config
