/** What a hub of bad intent says to an agent, and what SPEC.md has the agent make of it. Knows the schemas' texts, not their code. */
import type { Random } from '@orrery/protocol/fuzz'

export interface Word {
  event: 'command' | 'renewal' | 'ack' | 'welcome' | 'clock' | 'refused' | 'unheardOf'
  args: unknown[]
}

type Kind = 'id' | 'target' | 'reason' | 'duration' | 'json'

/** The commands of `src/commands.ts`, beside `op` and `id`. */
const COMMANDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  'process.inspect': { target: 'target' },
  'process.kill': { target: 'target', reason: 'reason' },
  'process.send': { target: 'target', message: 'json' },
  'process.suspend': { target: 'target', leaseId: 'id', durationMs: 'duration' },
  'process.resume': { target: 'target' },
  'fault.crash_next': { target: 'target', leaseId: 'id', durationMs: 'duration', reason: 'reason' },
  'lease.release': { leaseId: 'id' },
  'fault.halt': {},
}
const OPS = Object.keys(COMMANDS)
const LEVELS = 64

/** A command as a packet of socket.io, deeper than anything that could be written out again. */
export function deepCommand(id: string, levels: number): string {
  const message = `${'['.repeat(levels)}${']'.repeat(levels)}`
  return `2/agent,["command",{"op":"process.send","id":"${id}","target":"Shop/counter-0","message":${message}}]`
}

/** Whether the rules take this for a command (WIRE-50 to WIRE-55). */
export function isCommand(value: unknown): boolean {
  if (!isObject(value) || typeof value.op !== 'string' || !Object.hasOwn(COMMANDS, value.op)) return false
  const fields = { id: 'id' as const, ...COMMANDS[value.op] }
  return Object.entries(fields).every(([name, kind]) => holds(kind, value[name]))
}

/** The id a command is answered under, `null` where it has none. */
export function idOf(value: unknown): string | null {
  return isObject(value) && holds('id', value.id) ? (value.id as string) : null
}

export function isRenewal(value: unknown): boolean {
  return isObject(value) && isListOf(value.leases, 10_000, (id) => holds('id', id))
}

export function isAck(value: unknown): boolean {
  const isId = (id: unknown): boolean => typeof id === 'string' && id.length <= 64
  return isObject(value) && isListOf(value.crashIds, 100_000, isId) && isNumber(value.seq)
}

/** One word. Few are about the connection itself: each of those costs the agent a new one. */
export function spoiledWord(random: Random, targets: readonly string[], n: number): Word {
  const draw = random.next()
  if (draw < 0.7) return { event: 'command', args: [maybeSpoiled(random, goodCommand(random, targets, n))] }
  if (draw < 0.8) {
    const leases = Array.from({ length: random.int(5) }, () => `l-${random.int(40)}`)
    return { event: 'renewal', args: [maybeSpoiled(random, { leases })] }
  }
  if (draw < 0.9) {
    const crashIds = Array.from({ length: random.int(5) }, () => `${random.int(9)}`)
    return { event: 'ack', args: [maybeSpoiled(random, { crashIds, seq: random.int(1_000) })] }
  }
  if (draw < 0.95) return { event: 'clock', args: random.pick([[], [null], [{}], [1, 2]]) }
  if (draw < 0.998) return { event: 'unheardOf', args: [anything(random)] }
  const welcome = { protocol: 1, hubVersion: 'hostile', heartbeatMs: 1_000, lastSeq: random.int(50) }
  return random.chance(0.9)
    ? { event: 'welcome', args: [maybeSpoiled(random, welcome)] }
    : { event: 'refused', args: [anything(random)] }
}

function goodCommand(random: Random, targets: readonly string[], n: number): Record<string, unknown> {
  const op = random.pick(OPS)
  const command: Record<string, unknown> = { op, id: random.chance(0.05) ? `c-${n - 1}` : `c-${n}` }
  for (const [name, kind] of Object.entries(COMMANDS[op] ?? {})) command[name] = good(kind, random, targets)
  return command
}

function good(kind: Kind, random: Random, targets: readonly string[]): unknown {
  switch (kind) {
    case 'id':
      return `l-${random.int(40)}`
    case 'target':
      return random.pick(targets)
    case 'reason':
      return random.pick(['kill', 'shutdown', 'normal', 'maintenance', '__proto__'])
    case 'duration':
      return random.pick([1, 50, 3_600_000])
    case 'json':
      return random.pick([
        null,
        1,
        'x',
        { type: 'add', by: 1 },
        { type: 'get' },
        [],
        deep(random.pick([3, 63])),
      ])
    default:
      return kind satisfies never
  }
}

function maybeSpoiled(random: Random, value: Record<string, unknown>): unknown {
  if (random.chance(0.4)) return value
  if (random.chance(0.1)) return anything(random)
  const spoiled = { ...value }
  const name = random.pick([...Object.keys(spoiled), 'more'])
  if (random.chance(0.2)) delete spoiled[name]
  else spoiled[name] = anything(random)
  return spoiled
}

function anything(random: Random): unknown {
  switch (random.int(9)) {
    case 0:
      return random.pick([null, true, 0, -1, 1.5, 1e300, 3_600_001, Number.MAX_SAFE_INTEGER, 2 ** 60])
    case 1:
      return random.pick(['', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(255), 'x'.repeat(256)])
    case 2:
      return 'x'.repeat(random.pick([4_096, 4_097, 100_000]))
    case 3:
      return JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    case 4:
      return deep(random.pick([63, 64, 65, 1_000]))
    case 5:
      return new Array(random.pick([0, 10_001])).fill('l-1')
    case 6:
      return { toString: 1, valueOf: null, length: -1, id: 'c-x' }
    case 7:
      return random.bytes(random.int(50))
    default:
      return ['\ud800', '\u0000', '\u202e', [[]], [null]]
  }
}

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}

function holds(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'id':
      return isText(value, 64)
    case 'target':
      return isText(value, 4_096)
    case 'reason':
      return isText(value, 255)
    case 'duration':
      return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 3_600_000
    case 'json':
      return value !== undefined && isJson(value)
    default:
      return kind satisfies never
  }
}

/** What JSON can hold, at most so many levels deep. Bytes travel beside the JSON and are none. */
function isJson(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > LEVELS || level.some((each) => each instanceof Uint8Array)) return false
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return true
}

function isText(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= most
}

function isListOf(value: unknown, most: number, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= most && value.every(isItem)
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}
