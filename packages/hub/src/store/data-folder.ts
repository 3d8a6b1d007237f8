/**
 * The hub's folder on disk (`ORRERY_DATA`): it is ours, of a version we read, writable, and used by one process.
 *
 *   orrery.json   what wrote it
 *   hub.pid       the process that has it open (data-lock.ts)
 *   database/     the embedded database
 */
import { access, constants, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { takeLock } from './data-lock.ts'
import { StoreError } from './store.ts'

/** Major version of the embedded Postgres' files, and of PGlite's own layout of them. */
export const DATABASE_FORMAT = 'pglite-0.5/postgres-18'

export interface DataFolder extends AsyncDisposable {
  path: string
  database: string
  /** Gives the folder up. Idempotent. */
  release(): Promise<void>
}

/** Names other parts of Orrery may have put there before the hub first starts. */
const OURS = new Set(['spool', 'mail', 'mail-robustifier', 'node', '.DS_Store', '.gitignore'])

/** Opens or creates the folder and takes its lock. Throws `StoreError` with one line a person can act on. */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const path = resolve(folder)
  await writable(path, () => makeFolder(path))
  await refuseForeign(path)
  await writable(path, () => access(path, constants.W_OK | constants.X_OK))
  const lock = await writable(path, () => takeLock(path))
  try {
    await writable(path, () => writeFile(join(path, 'orrery.json'), MARK))
    await writable(path, () => makeFolder(join(path, 'database')))
    await writable(path, () => access(join(path, 'database'), constants.W_OK | constants.X_OK))
  } catch (error) {
    await lock()
    throw error
  }
  return { path, database: join(path, 'database'), release: lock, [Symbol.asyncDispose]: lock }
}

const MARK = `${JSON.stringify({ orrery: 1, database: DATABASE_FORMAT }, null, 2)}\n`

/** Not `mkdir`'s own recursion: Node's never returns on file systems that know no new folders, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  const make = (folder: string) =>
    mkdir(folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error
    })
  try {
    await make(path)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await make(path)
  }
}

async function writable<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      throw new StoreError('data.foreign', `ORRERY_DATA: ${path} is not a folder.`, { cause })
    }
    throw new StoreError(
      'data.read_only',
      `ORRERY_DATA: ${path} cannot be written (${code || cause}); choose another folder or change its owner.`,
      { cause },
    )
  }
}

async function refuseForeign(path: string): Promise<void> {
  const names = await writable(path, () => readdir(path))
  if (!names.includes('orrery.json')) {
    const strange = names.find((name) => !OURS.has(name) && !name.startsWith('hub.pid'))
    if (strange === undefined) return
    throw new StoreError(
      'data.foreign',
      `ORRERY_DATA: ${path} holds "${strange}" and nothing of Orrery's; choose an empty folder.`,
    )
  }
  const mark = await readFile(join(path, 'orrery.json'), 'utf8')
  const format = readFormat(mark)
  if (format === null) {
    throw new StoreError('data.foreign', `ORRERY_DATA: ${path}/orrery.json was not written by Orrery.`)
  }
  if (format !== DATABASE_FORMAT) {
    throw new StoreError(
      'data.version',
      `ORRERY_DATA: ${path} was written as ${format}, this Orrery reads ${DATABASE_FORMAT}; run "backup FILE" with the version that wrote it and "restore FILE" with this one on an empty folder (docs/operations.md).`,
    )
  }
}

function readFormat(mark: string): string | null {
  try {
    const parsed: unknown = JSON.parse(mark)
    if (typeof parsed !== 'object' || parsed === null || !('database' in parsed)) return null
    return typeof parsed.database === 'string' ? parsed.database : null
  } catch {
    return null
  }
}
