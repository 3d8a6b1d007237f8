/** A Postgres server of one's own, from the programs the system has: made, started, killed and removed here. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from './until.ts'

const run = promisify(execFile)

export interface Postgres {
  url: string
  readonly port: number
  /** Of its first process; `null` while it is down. */
  readonly pid: number | null
  /** At once, as a crash would; `start` brings it back with what was committed. */
  halt(): Promise<void>
  /** SIGKILL: not even its other processes are told; they notice. Whether there was one to kill. */
  kill(): Promise<boolean>
  /** Resolves when it takes connections, what an earlier life left having been recovered. */
  start(): Promise<void>
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>
}

/** What an earlier life still holds (its processes, its shared memory) is given up within moments. */
const START_WITHIN_MS = 30_000

/** @throws when no Postgres is installed */
export async function startPostgres(): Promise<Postgres> {
  const bin = findPrograms()
  const folder = await mkdtemp(join(tmpdir(), 'orrery-pg-'))
  const data = join(folder, 'data')
  const port = await freePort()
  const user = unprivileged()
  if (user) await chown(folder, user.uid, user.gid)
  const options = ['-D', data, '-p', String(port), '-k', folder]
  const log = openSync(join(folder, 'log'), 'a')
  let child: ChildProcess | null = null

  const begin = (): ChildProcess => {
    const begun = spawn(
      join(bin, 'postgres'),
      [...options, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
      { cwd: '/', stdio: ['ignore', log, log], ...user },
    )
    begun.once('exit', () => {
      if (child === begun) child = null
    })
    return begun
  }
  const end = async (signal: NodeJS.Signals): Promise<boolean> => {
    const was = child
    if (was === null) return false
    const ended = once(was, 'exit')
    was.kill(signal)
    await ended
    return true
  }
  const start = async (): Promise<void> => {
    await until(
      () => {
        child ??= begin()
        return isReady(data, child.pid)
      },
      () => `Postgres does not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-2_000)}`,
      { withinMs: START_WITHIN_MS },
    )
  }
  const killWithUs = (): void => void child?.kill('SIGQUIT')
  process.once('exit', killWithUs)
  await run(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-N'], { cwd: '/', ...user })
  await start()
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return child?.pid ?? null
    },
    start,
    kill: () => end('SIGKILL'),
    async halt() {
      await end('SIGQUIT')
    },
    async stop() {
      await end('SIGQUIT')
      process.off('exit', killWithUs)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The first line of its pid file is the pid, the eighth how it stands; an earlier life's file is another pid's. */
function isReady(data: string, pid: number | undefined): boolean {
  const path = join(data, 'postmaster.pid')
  if (!existsSync(path)) return false
  const lines = readFileSync(path, 'utf8').split('\n')
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
}

/** The server refuses to run as root, so root runs it as the user it was installed with. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString())
  return { uid: id('-u'), gid: id('-g') }
}

function findPrograms(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : []
  for (const folder of [
    ...versions.map((version) => join(debian, version, 'bin')),
    '/opt/homebrew/bin',
    '/usr/local/bin',
  ]) {
    if (existsSync(join(folder, 'initdb'))) return folder
  }
  throw new Error('Postgres is not installed: node scripts/bootstrap.mjs test installs it')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
