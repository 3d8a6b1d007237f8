/** A file system of its own and so small that it fills up: mounted in memory, unmounted by whoever made it. Linux, as root. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  /** Nothing more fits. */
  fill(): void
  /** The room that `fill` took is there again. */
  free(): void
}

/** Whether this process may mount one. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0

const CHUNK = Buffer.alloc(65_536)

/** `sizeMb` between 1 and 512. */
export function mountSmallDisk(sizeMb: number): SmallDisk {
  if (!(sizeMb >= 1 && sizeMb <= 512)) throw new RangeError('a small disk has 1 to 512 MB')
  const path = mkdtempSync(join(tmpdir(), 'orrery-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0777`, 'tmpfs', path])
  const ballast = join(path, 'ballast')
  let isMounted = true
  return {
    path,
    fill() {
      const file = openSync(ballast, 'a')
      try {
        // The last pages byte by byte: a short write is no error yet.
        for (let size = CHUNK.length; size >= 1; size = Math.floor(size / 2)) {
          while (wrote(file, size));
        }
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      if (!isMounted) return
      isMounted = false
      // Lazily, so that a file somebody still has open does not keep it.
      execFileSync('umount', ['-l', path])
      rmdirSync(path)
    },
  }
}

function wrote(file: number, size: number): boolean {
  try {
    return writeSync(file, CHUNK, 0, size) > 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
    throw error
  }
}
