/** A build context as a builder sees it: the files of a folder without what its `.dockerignore` leaves out. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether a path (relative, with `/`) stays out. The last rule that meets it or a folder above it decides. */
export function ignorer(rules: string): (path: string) => boolean {
  const parsed = rules
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isKept: line.startsWith('!'), meets: pattern(line.replace(/^!/, '')) }))
  return (path) => {
    let isOut = false
    for (const { isKept, meets } of parsed) if (meets.test(path)) isOut = !isKept
    return isOut
  }
}

/** Files of the folder, relative to it, sorted. A folder that stays out is not looked into: no rule of ours comes back from there. */
export async function contextFiles(folder: string, isIgnored: (path: string) => boolean): Promise<string[]> {
  const found: string[] = []
  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (isIgnored(path)) continue
      if (entry.isDirectory()) await walk(path)
      else found.push(path)
    }
  }
  await walk('')
  return found.sort()
}

function pattern(text: string): RegExp {
  const source = text
    .split('/')
    .map((part) =>
      part === '**' ? '**' : part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*'),
    )
    .join('/')
    .replaceAll('**/', '(?:.*/)?')
  return new RegExp(`^${source}(?:/.*)?$`)
}
