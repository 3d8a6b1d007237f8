/**
 * One process per spool folder: a file `lock` names its holder and appears whole or not at all. A holder that is dead,
 * whose pid now belongs to a process started at another time, or that is on another host and silent, has lost it.
 */
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'

export interface Lock {
  /** Says that the holder lives; due every few seconds, for holders on other hosts that share the folder. */
  touch(): void
  release(): void
}

interface Holder {
  pid: number
  host: string
  startedAt: string
}

/** A holder on another host (a container's earlier life) silent for this long is dead. */
const FOREIGN_STALE_MS = 30_000

/** Folders held by this very process: its own pid in a lock file may also be left from a container's earlier life. */
const heldHere = new Set<string>()

/** Takes the lock, or says who has it. Throws only where the folder cannot be written. */
export function takeLock(dir: string): { ok: true; lock: Lock } | { ok: false; holder: string } {
  const folder = resolve(dir)
  const path = join(folder, 'lock')
  if (heldHere.has(folder)) return { ok: false, holder: `this process (${process.pid})` }
  const mine: Holder = { pid: process.pid, host: hostname(), startedAt: startTimeOf(process.pid) }
  const draft = join(folder, `lock.${mine.pid}.${Math.random().toString(36).slice(2)}`)
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(draft, path)) {
        heldHere.add(folder)
        return { ok: true, lock: { touch: () => touch(path), release: () => release(folder, path) } }
      }
      const text = readText(path)
      const holder = parseHolder(text)
      if (holder && isAlive(holder, path)) {
        return { ok: false, holder: `process ${holder.pid} on ${holder.host}` }
      }
      removeStale(path, `${draft}.stale`, text)
    }
    return { ok: false, holder: 'another process' }
  } finally {
    rmSync(draft, { force: true })
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function touch(path: string): void {
  const now = new Date()
  utimesSync(path, now, now)
}

function release(folder: string, path: string): void {
  if (heldHere.delete(folder)) rmSync(path, { force: true })
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone between the two calls: the next attempt takes it.
    return null
  }
}

function parseHolder(text: string | null): Holder | null {
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return null
    const { pid, host, startedAt } = value as Partial<Holder>
    return typeof pid === 'number' && typeof host === 'string' && typeof startedAt === 'string'
      ? { pid, host, startedAt }
      : null
  } catch {
    // Not ours, or damaged by power loss: nobody's.
    return null
  }
}

/** Moves the dead lock aside; puts it back when another process was quicker and the lock is now a living one's. */
function removeStale(path: string, aside: string, seen: string | null): void {
  try {
    renameSync(path, aside)
  } catch {
    // Somebody else removed it first.
    return
  }
  if (readText(aside) !== seen) linked(aside, path)
  rmSync(aside, { force: true })
}

function isAlive(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return Date.now() - statSync(path).mtimeMs < FOREIGN_STALE_MS
  if (holder.pid === process.pid) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return holder.startedAt === '' || startTimeOf(holder.pid) === holder.startedAt
}

/** Start time in clock ticks since boot, where /proc tells; empty elsewhere. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
