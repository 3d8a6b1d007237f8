/**
 * A system that is measured: a process of its own that runs workloads on demand, one line a request (`send`) and one line an
 * answer (`send 3000000 89.1`, operations and milliseconds). JavaScript peers and BEAM answer alike, so that all are measured in turns.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type PeerName = 'orrery' | 'beam' | 'nact' | 'xstate' | 'bare'

export interface Peer extends AsyncDisposable {
  readonly name: PeerName
  /** Names of its workloads. */
  readonly workloads: readonly string[]
  /** Operations a second, or for `bytes` workloads the bytes. */
  measure(workload: string): Promise<number>
}

const LONGEST_MS = 60_000

/** Starts a peer; rejects where it cannot be had. */
export async function startPeer(name: PeerName): Promise<Peer> {
  const { child, cleanUp } =
    name === 'beam' ? startBeam() : { child: startNode(name), cleanUp: () => undefined }
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  const next = async (): Promise<string[]> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
    const { value, done } = await lines.next()
    clearTimeout(timer)
    if (done) throw new Error(`${name} ended, or did not answer in ${LONGEST_MS / 1_000} s`)
    return String(value).split(' ')
  }
  const ask = (line: string) => (child.stdin as NodeJS.WritableStream).write(`${line}\n`)
  return {
    name,
    workloads: await next(),
    async measure(workload) {
      ask(workload)
      const [answered, operations, ms] = await next()
      if (answered !== workload) throw new Error(`${name} answered ${answered} to ${workload}`)
      return workload.startsWith('bytes') ? Number(operations) : (Number(operations) / Number(ms)) * 1_000
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null) {
        ask('stop')
        await ended
      }
      cleanUp()
    },
  }
}

function startNode(name: PeerName): ChildProcess {
  const script = fileURLToPath(new URL('./peer-process.ts', import.meta.url))
  return spawn(process.execPath, ['--expose-gc', '--import', 'tsx', script, name], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
}

/** One scheduler, as the JavaScript peers have; crash logs go to a file, as a node in production has it. */
function startBeam(): { child: ChildProcess; cleanUp: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-beam-'))
  const sources = ['beam_peer', 'beam_counter', 'beam_fragile'].map((module) =>
    fileURLToPath(new URL(`./beam/${module}.erl`, import.meta.url)),
  )
  const compiled = spawnSync('erlc', ['-o', folder, ...sources], { encoding: 'utf8' })
  if (compiled.status !== 0) {
    rmSync(folder, { recursive: true })
    throw new Error(`erlc failed: ${compiled.error?.message ?? compiled.stdout + compiled.stderr}`)
  }
  const logger = `[{handler,default,logger_std_h,#{config=>#{file=>"${join(folder, 'crash.log')}"}}}]`
  const flags = ['+S', '1:1', '+P', '1000000', '-noshell', '-pa', folder, '-kernel', 'logger', logger]
  const child = spawn('erl', [...flags, '-run', 'beam_peer'], { stdio: ['pipe', 'pipe', 'inherit'] })
  return { child, cleanUp: () => rmSync(folder, { recursive: true, force: true }) }
}
