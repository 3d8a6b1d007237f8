/**
 * The watchdog beside a runner: a tiny program that resumes a paused node when the runner cannot. It hears a beat from its runner several times a second; it
 * resumes the node and ends when there was none for `LIMITS.leaseMs`, or when the runner has died, which closes its input at once. It has a session
 * of its own, so that a signal to the runner's whole group does not reach it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { LIMITS } from '@orrery/protocol'

export interface Watchdog {
  beat(): void
  /** The node has been resumed: it ends without doing anything. */
  dismiss(): void
}

/** Resolves once it watches. @throws where it cannot be started: then the node must not be paused. */
export async function startWatchdog(pid: number): Promise<Watchdog> {
  const child = spawn(process.execPath, ['-e', PROGRAM, String(pid), String(LIMITS.leaseMs)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
  })
  const { stdin } = child
  // It may have ended first; then there is nobody to beat for.
  stdin.on('error', () => undefined)
  await ready(child)
  child.unref()
  return {
    beat: () => void stdin.write('b'),
    dismiss: () => void stdin.end('d'),
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error('the watchdog ended before it watched')))
    child.stdout?.once('data', () => resolve())
  })
}

/** Plain text, so that it needs no file beside the bundle. */
const PROGRAM = `
const [pid, withinMs] = process.argv.slice(1).map(Number)
let timer
const resume = () => {
  try { process.kill(pid, 'SIGCONT') } catch {}
  process.exit()
}
const wait = () => { clearTimeout(timer); timer = setTimeout(resume, withinMs) }
process.stdin.on('data', (said) => { if (String(said).includes('d')) process.exit(); wait() })
process.stdin.on('end', resume).on('error', resume)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
wait()
process.stdout.write('ready')
`
