/** A real Postgres server of one's own for a test: made, started and stopped here. */
import { execFile, execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Cluster extends AsyncDisposable {
  /** Of a database nobody else uses; a new one each call. */
  database(): Promise<string>
  port: number
  stop(): Promise<void>
  start(): Promise<void>
}

/** Folder of the server's programs, or `null` where Postgres is not installed. */
export function postgresBin(): string | null {
  const folders = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']
  const found = folders.flatMap((folder) => {
    try {
      return readdirSync(folder)
        .filter((name) => folder.startsWith('/usr/lib') || name.startsWith('postgresql'))
        .map((name) => join(folder, name, 'bin'))
    } catch {
      return []
    }
  })
  for (const bin of [...found.sort().reverse(), '']) {
    try {
      execFileSync(join(bin, 'initdb'), ['--version'], { stdio: 'ignore' })
      return bin
    } catch {
      // Not here: the next folder.
    }
  }
  return null
}

export async function startCluster(): Promise<Cluster> {
  const bin = postgresBin()
  if (bin === null) throw new Error('Postgres is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'orrery-pg-'))
  const data = join(folder, 'data')
  const port = await freePort()
  // The server refuses to run as root: root lends the folder to the user Postgres was installed with.
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString())
    await chown(folder, id('-u'), id('-g'))
  }
  const as = (program: string, ...args: string[]) => {
    const path = join(bin, program)
    return isRoot
      ? run('su', ['postgres', '-s', '/bin/sh', '-c', [path, ...args].map(quote).join(' ')], { cwd: '/' })
      : run(path, args)
  }
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`
  const start = async () => {
    await as('pg_ctl', '-D', data, '-o', options, '-l', join(folder, 'log'), '-w', 'start')
  }
  const stop = async () => {
    await as('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop').catch(() => undefined)
  }
  await as('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '-N')
  await start()
  let databases = 0
  return {
    port,
    start,
    stop,
    database: async () => {
      const name = `test_${++databases}`
      await as('createdb', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', name)
      return `postgresql://postgres@127.0.0.1:${port}/${name}`
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
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
