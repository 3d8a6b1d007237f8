/**
 * The embedded database does not lock its own files: two processes in one folder would ruin it without a word. A file
 * `hub.pid` names its holder, one line: pid, when that process started, host. A holder that is dead has lost it, also when
 * its pid is another's now: a container's next life often has the pid of its last.
 */
import { readFileSync } from 'node:fs'
import { link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { StoreError } from './store.ts'

/** A holder on another host (another container on the same volume) that is silent for so long is dead. */
const FOREIGN_STALE_MS = 30_000
const TOUCH_EVERY_MS = 5_000

/** Folders this very process holds. */
const heldHere = new Set<string>()

/** Takes the lock of a folder; what is returned gives it up. Throws `StoreError` when it is held. */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const file = join(path, 'hub.pid')
  const draft = `${file}.${process.pid}`
  // It appears whole or not at all: an empty one would be nobody's.
  await writeFile(draft, `${process.pid} ${startTimeOf(process.pid)} ${hostname()}\n`)
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await linked(draft, file)) return held(path, file)
      const holder = (await readFile(file, 'utf8').catch(() => '')).trim().split(' ')
      if (await isAlive(holder, path, file)) {
        const where = holder[2] === undefined || holder[2] === hostname() ? '' : ` on ${holder[2]}`
        throw new StoreError(
          'data.locked',
          `ORRERY_DATA: ${path} is in use by process ${holder[0]}${where}; stop it, or choose another folder.`,
        )
      }
      await rm(file, { force: true })
    }
  } finally {
    await rm(draft, { force: true })
  }
  throw new StoreError('data.locked', `ORRERY_DATA: ${path} is being opened by another process.`)
}

function held(path: string, file: string): () => Promise<void> {
  heldHere.add(path)
  const touch = setInterval(() => {
    const now = new Date()
    // A folder that cannot be touched is one that the database will complain about.
    utimes(file, now, now).catch(() => undefined)
  }, TOUCH_EVERY_MS)
  touch.unref()
  return async () => {
    clearInterval(touch)
    if (heldHere.delete(path)) await rm(file, { force: true })
  }
}

async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function isAlive([pid, startedAt, host]: string[], path: string, file: string): Promise<boolean> {
  if (host !== undefined && host !== hostname()) {
    const touchedMs = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    )
    return Date.now() - touchedMs < FOREIGN_STALE_MS
  }
  const holder = Number(pid)
  if (!Number.isInteger(holder) || holder <= 0) return false
  if (holder === process.pid) return heldHere.has(path)
  try {
    process.kill(holder, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return startedAt === undefined || startedAt === UNKNOWN || startTimeOf(holder) === startedAt
}

const UNKNOWN = '-'

/** In clock ticks since the system's start, where /proc tells. */
function startTimeOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? UNKNOWN
  } catch {
    return UNKNOWN
  }
}
