/** What the operating system shows of a process: whether it runs, stands still, or is gone. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type ProcessState = 'running' | 'stopped' | 'gone'

/** `null` where it cannot be read. Sleeping counts as running: it would go on. */
export function processState(pid: number): ProcessState | null {
  const letter = process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
  if (letter === null) return null
  if (letter === '' || letter === 'Z' || letter === 'X') return 'gone'
  return letter === 'T' || letter === 't' ? 'stopped' : 'running'
}

function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before it may hold anything, brackets and blanks included.
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
  } catch (error) {
    return isMissing(error) ? '' : null
  }
}

/** macOS has no /proc. */
function fromPs(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .slice(0, 1)
  } catch (error) {
    // `ps` ends with 1 where there is no such process.
    const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : null
    return status === 1 ? '' : null
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
}
