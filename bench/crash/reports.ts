/** Crash reports as a large installation has them over a month: the same seed, the same reports. */
import { createHash } from 'node:crypto'
import { type CrashReport, captured } from '@orrery/protocol'
import { sampleReport } from '../../packages/protocol/src/sample-report.ts'

const NODES = 12
const MODULES = 160
const REASONS = [
  'timeout',
  'noproc',
  'badmatch',
  'frame_overrun',
  'heap_limit',
  'TypeError',
  'ECONNRESET',
  'RangeError',
]
const PLACES = ['Ledger', 'Trunk', 'Route', 'Call', 'Session', 'Invoice', 'Mail', 'Queue', 'Parser', 'Cache']
const PARTS = [
  'Writer',
  'Link',
  'Table',
  'Setup',
  'Store',
  'Builder',
  'Client',
  'Reader',
  'Pool',
  'Gate',
  'Relay',
  'Index',
]
const MESSAGES = ['data_ind', 'commit', 'reserve', 'lookup', 'deliver', 'tick', 'flush', 'setup']
const OUTCOMES = ['restarted', 'restarted', 'restarted', 'restarted', 'not_restarted', 'given_up'] as const

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function moduleName(i: number): string {
  return `${PLACES[i % PLACES.length]}${PARTS[Math.floor(i / PLACES.length) % PARTS.length]}${i >= 120 ? 'V2' : ''}`
}

export function nodeName(i: number): string {
  return `exchange@kista-${i}`
}

export function reasonName(i: number): string {
  return REASONS[i % REASONS.length] ?? 'timeout'
}

/** Few modules crash much and many a little; a module has two or three ways to. */
export function reportAt(atMs: number, random: () => number): CrashReport {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const which = Math.floor(random() ** 2.5 * MODULES)
  const module = moduleName(which)
  const way = Math.floor(random() ** 2 * 3)
  const reason = reasonName(which + way * 3)
  const number = Math.floor(random() * 1_000_000)
  const id = idOf(random)
  const fn = `${module}.${pick(['handleCall', 'handleCast', 'onData'])}`
  const name = module.replace(/(?<=.)([A-Z])/g, '_$1').toLowerCase()
  const message = MESSAGES[(which + way) % MESSAGES.length] ?? 'tick'
  const outcome = pick(OUTCOMES)
  const { identity, cause } = sampleReport
  return {
    ...sampleReport,
    id,
    at: new Date(atMs).toISOString(),
    atUs: number * 1_000,
    identity: {
      ...identity,
      node: nodeName(Math.floor(random() ** 1.5 * NODES)),
      pid: `<0.${number % 30_000}.${number % 7}>`,
      key: `ExchangeSup/${name}_sup/${name}#${number % 64}`,
      name,
      module,
      initialCall: `${module}.init`,
      release: `1.${4 + Math.floor(random() * 3)}.${Math.floor(random() * 4)}`,
    },
    cause: {
      ...cause,
      kind: reason === 'timeout' ? 'timeout' : reason.endsWith('Error') ? 'throw' : 'exit',
      reason: {
        ...cause.reason,
        tag: reason,
        text: `${reason}: ${message} of trunk ${number}, expected ${number % 997}`,
      },
      stack: captured({
        frames: [
          { fn, file: `src/${name}.ts`, line: 20 + way * 40, column: 7, owner: 'app' },
          { fn: `${module}.receive`, file: `src/${name}.ts`, line: 12, column: 3, owner: 'app' },
          { fn: null, file: 'node:internal/timers', line: 1, column: null, owner: 'node' },
        ],
        raw: `${reason}\n    at ${fn} (src/${name}.ts:${20 + way * 40}:7)`,
      }),
    },
    message: captured({
      seq: number,
      kind: 'cast',
      type: message,
      value: { $: 'object', entries: [['trunk', number]] },
      sender: null,
      queuedMs: 0.4,
      handlerMs: 0.1,
    }),
    cascade: captured({ rootCrash: id, parentCrash: null, mechanism: null, depth: 0 }),
    faults: captured(
      random() < 0.03 ? [{ fault: `F-${number % 90}`, kind: 'reorder', role: 'direct', firing: '1' }] : [],
    ),
    outcome: captured({
      kind: outcome,
      newPid: null,
      backAfterMs: outcome === 'restarted' ? Math.round(random() * 4_000) : null,
      firstHandledAfterMs: null,
      crashedAgain: random() < 0.1,
      escalatedTo: null,
    }),
  }
}

function idOf(random: () => number): string {
  const hex = createHash('md5').update(`${random()} ${random()}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}
