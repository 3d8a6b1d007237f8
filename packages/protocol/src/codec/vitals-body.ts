/** The body of `node.vitals`: its fields and its four lists. */
import type { Drops, NodeVitals } from '../records.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'

const KINDS: readonly (keyof Drops)[] = ['samples', 'lifecycle', 'results', 'crashes']
/** Entries of one list; what a writer has more of it leaves out. */
const MAX_ENTRIES = 64

export function writeVitals(to: ByteWriter, record: NodeVitals): 'ok' {
  const { gc, agent } = record
  to.uint(record.atUs)
  to.uint(record.spawned)
  to.uint(record.exited)
  to.uint(record.timers)
  to.float(record.delayP50Ms)
  to.float(record.delayMaxMs)
  to.uint(gc.minor)
  to.uint(gc.major)
  to.float(gc.totalMs)
  to.float(gc.minorMaxMs)
  to.float(gc.majorMaxMs)
  to.float(gc.p99Ms)
  to.uint(agent.heldBytes)
  to.uint(agent.boundBytes)
  to.uint(agent.spoolLimitBytes)
  for (const { sent, why } of KINDS.map((kind) => toldOf(record, kind))) {
    to.uint(sent)
    to.text(why)
  }
  writeList(to, record.spaces, ({ name, bytes }) => {
    to.text(name)
    to.uint(bytes)
  })
  writeList(to, record.resources, ({ name, count }) => {
    to.text(name)
    to.uint(count)
  })
  writeList(to, record.letters, ({ type, to: target, why, total }) => {
    to.text(type)
    to.text(target)
    to.text(why)
    to.uint(total)
  })
  return 'ok'
}

export function readVitals(from: ByteReader): NodeVitals {
  const atUs = from.uint()
  const spawned = from.uint()
  const exited = from.uint()
  const timers = from.uint()
  const delayP50Ms = from.float()
  const delayMaxMs = from.float()
  const gc = {
    minor: from.uint(),
    major: from.uint(),
    totalMs: from.float(),
    minorMaxMs: from.float(),
    majorMaxMs: from.float(),
    p99Ms: from.float(),
  }
  const agent = { heldBytes: from.uint(), boundBytes: from.uint(), spoolLimitBytes: from.uint() }
  const told = KINDS.map((kind) => ({ kind, sent: from.uint(), why: from.text() }))
  const spaces = readList(from, 2, () => ({ name: from.text(), bytes: from.uint() }))
  const resources = readList(from, 2, () => ({ name: from.text(), count: from.uint() }))
  const letters = readList(from, 4, () => ({
    type: from.text(),
    to: from.text(),
    why: from.text(),
    total: from.uint(),
  }))
  return {
    type: 'node.vitals',
    atUs,
    spawned,
    exited,
    timers,
    delayP50Ms,
    delayMaxMs,
    gc,
    spaces,
    resources,
    agent,
    told,
    letters,
  }
}

function toldOf(record: NodeVitals, kind: keyof Drops): { sent: number; why: string } {
  return record.told.find((told) => told.kind === kind) ?? { sent: 0, why: '' }
}

function writeList<T>(to: ByteWriter, list: readonly T[], write: (entry: T) => void): void {
  to.uint(Math.min(MAX_ENTRIES, list.length))
  for (const entry of list.slice(0, MAX_ENTRIES)) write(entry)
}

/** `leastBytes`: of one entry. What a stranger sends more than the bound is no body. */
function readList<T>(from: ByteReader, leastBytes: number, read: () => T): T[] {
  const list: T[] = []
  const count = from.count(leastBytes)
  if (count > MAX_ENTRIES) from.broken()
  for (let left = count; left > 0 && !from.isBroken; left--) list.push(read())
  return list
}
