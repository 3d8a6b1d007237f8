// What of others may come in: licences, findings of `npm audit` that do not concern us, and each with its reason.

/** Permissive: may be used, changed and passed on with a note of whose it is. */
export const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
])

/** Packages by name (`*` at the end for all that begin so), the licence they come under, and why that is no matter. */
export const LICENCE_EXCEPTIONS = {
  '@fontsource-variable/*': ['OFL-1.1', 'fonts, served as they are'],
  '@img/sharp-*': [
    'LGPL-3.0-or-later',
    'optional, for resizing pictures, of which there are none: no image holds it',
  ],
  '@visx/vendor': [
    'MIT and ISC',
    'both are on the list; its author does not write SPDX. Part of Prisma’s studio',
  ],
  'axe-core': ['MPL-2.0', 'looks at our pages in tests, unchanged: for development alone'],
  'caniuse-lite': ['CC-BY-4.0', 'data about browsers, passed on unchanged and with its licence'],
  elkjs: ['EPL-2.0', 'part of Prisma’s studio, which is never started: for development alone'],
  lightningcss: ['MPL-2.0', 'compiles our styles, unchanged: for development alone'],
  'lightningcss-*': ['MPL-2.0', 'the same, by platform'],
  'seq-queue': ['', 'MIT by its LICENSE file; its package.json does not say'],
  'xmlhttprequest-ssl': ['', 'MIT by its LICENSE file; its package.json says so in a form of old'],
}

/** Findings of `npm audit` by advisory (`GHSA-…`), and why each does not concern us. */
export const AUDIT_EXCEPTIONS = {}
