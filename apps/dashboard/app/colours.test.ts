import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

it('no component, page or style sheet but the tokens names a raw colour', () => {
  const found = ['app', 'src']
    .flatMap((folder) => filesBelow(join(root, folder)))
    .filter((file) => /\.(tsx?|css)$/.test(file) && !/\.test\.tsx?$|tokens\.css$/.test(file))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        // A mask's colour is never seen, only its opacity.
        .map((line) => (/^\s*(-webkit-)?mask/.test(line) ? '' : line))
        .flatMap((line, i) =>
          RAW.test(line) ? [`${file.slice(root.length + 1)}:${i + 1}: ${line.trim()}`] : [],
        ),
    )
  expect(found).toEqual([])
})

/** Hex colours and colour functions; `color-mix` over tokens is how tints are made. */
const RAW = /#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b(?![\w-])|\b(?:rgba?|hsla?|oklch|oklab)\(\s*[\d.]/i

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  )
}
