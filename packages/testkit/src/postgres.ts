/** A Postgres server of one's own, from the programs the system has: made, started and removed here. */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Postgres {
  url: string
  /** At once, as a crash would; `start` brings it back with what was committed. */
  halt(): Promise<void>
  start(): Promise<void>
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>
}

/** @throws when no Postgres is installed */
export async function startPostgres(): Promise<Postgres> {
  const bin = findPrograms()
  const folder = await mkdtemp(join(tmpdir(), 'orrery-pg-'))
  const data = join(folder, 'data')
  const port = await freePort()
  // The server refuses to run as root, so root lends the folder to the user it was installed with.
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString())
    await chown(folder, id('-u'), id('-g'))
  }
  const call = (program: string, ...args: string[]): Promise<unknown> => {
    const path = join(bin, program)
    if (!isRoot) return run(path, args)
    return run('su', ['postgres', '-s', '/bin/sh', '-c', [path, ...args].map(quote).join(' ')], { cwd: '/' })
  }
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`
  const start = async (): Promise<void> => {
    await call('pg_ctl', '-D', data, '-o', options, '-l', join(folder, 'log'), '-w', 'start')
  }
  const halt = async (): Promise<void> => {
    await call('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop')
  }
  await call('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '-N')
  await start()
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    start,
    halt,
    async stop() {
      if (existsSync(join(data, 'postmaster.pid'))) await halt()
      await rm(folder, { recursive: true, force: true })
    },
  }
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

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
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
