/** A file system of its own, small enough to be filled without harm to any other. */
import { execFile } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface SmallDisk extends AsyncDisposable {
  /**
   * `tmpfs` where this process may mount one: its end is ENOSPC. Else `folder`, an ordinary one that has no end of its own:
   * whoever uses it takes `sizeBytes` as their limit, and says that this is what was filled.
   */
  readonly kind: 'tmpfs' | 'folder'
  readonly dir: string
  readonly sizeBytes: number
  /** Fills what is left, to the last byte; answers how many bytes it took. On a `folder` it takes none. */
  fill(): number
  /** Gives back what `fill` took. */
  free(): void
}

/** @param sizeBytes at least 64 KiB, at most 256 MiB, rounded up to whole pages. */
export async function smallDisk(sizeBytes: number): Promise<SmallDisk> {
  if (sizeBytes < 65_536 || sizeBytes > 268_435_456) {
    throw new RangeError(`a small disk has 64 KiB to 256 MiB, not ${sizeBytes} bytes`)
  }
  const dir = await mkdtemp(join(tmpdir(), 'orrery-disk-'))
  const isMounted = await mount(dir, sizeBytes)
  const ballast = join(dir, 'ballast')
  return {
    kind: isMounted ? 'tmpfs' : 'folder',
    dir,
    sizeBytes,
    fill: () => (isMounted ? writeToTheEnd(ballast) : 0),
    free: () => rmSync(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      // Lazily: somebody may still have a file open, and their folder goes with them.
      if (isMounted) await run('umount', ['--lazy', dir])
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function mount(dir: string, sizeBytes: number): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=0700`, 'orrery-small-disk', dir])
    return true
  } catch {
    // Root without the right to mount, as in most containers: the caller is told by `kind`.
    return false
  }
}

function writeToTheEnd(path: string): number {
  const fd = openSync(path, 'a')
  let taken = 0
  try {
    for (let piece = Buffer.alloc(65_536); piece.length > 0; ) {
      try {
        taken += writeSync(fd, piece)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
        piece = piece.subarray(0, piece.length >> 1)
      }
    }
  } finally {
    closeSync(fd)
  }
  return taken
}
