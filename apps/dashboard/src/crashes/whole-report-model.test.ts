import { type CrashReport, captured, redacted, truncated, unavailable } from '@orrery/protocol'
import { sampleReport } from '@orrery/protocol/sample'
import { expect, test } from 'vitest'
import { partsOf, statusWords } from './whole-report-model.ts'

const someone = { pid: '<0.1713.0>', name: 'Framer' }
/** Every optional fact told, every kind of mark in use. */
const report: CrashReport = {
  ...sampleReport,
  identity: { ...sampleReport.identity, label: 'E1-07', trapsExit: true },
  cause: {
    ...sampleReport.cause,
    killer: captured({ pid: '<0.99.0>', name: 'killer', via: 'command' }),
  },
  message: captured({
    seq: 48_211,
    kind: 'call',
    type: 'reserve',
    value: { $: 'text', text: 'cut off', length: 70_000 },
    sender: someone,
    queuedMs: 0.41,
    handlerMs: 0.09,
    breach: { contract: 'trunk.v1', side: 'client', what: 'argument', why: 'seq is no number' },
  }),
  peers: captured([
    {
      ...someone,
      relation: 'link',
      effect: 'exited',
      facts: {
        initialCall: 'Framer.init',
        status: 'waiting',
        trapsExit: false,
        mailboxLength: 61,
        messagesHandled: 9_118,
        ancestors: [{ pid: '<0.140.0>', name: 'FramerSup' }],
        links: [{ pid: '<0.77.0>', name: null }],
      },
    },
  ]),
  decision: captured({
    supervisor: { pid: '<0.140.0>', name: 'TrunkSup', key: 'ExchangeSup/TrunkSup' },
    strategy: 'rest_for_one',
    childSpec: {
      id: 'link',
      restart: 'transient',
      shutdown: 'brutal_kill',
      kind: 'worker',
      module: 'TrunkLinkModule',
      significant: true,
      args: { $: 'array', items: ['E1-07-args'] },
    },
    action: 'restart',
    intensity: 3,
    periodMs: 61_000,
    restartsInWindow: [22_172, 7_766],
    headroom: 1,
    stopped: [{ pid: '<0.1714.0>', name: 'Sibling', key: 'ExchangeSup/TrunkSup/sibling' }],
  }),
  mailbox: truncated(
    {
      length: 19,
      oldestMs: 2.5,
      byType: [{ type: 'data_ind', count: 17 }],
      first: ['first-waiting'],
      last: ['last-waiting', { $: 'redacted', why: 'key' }],
      fate: 'dead-lettered',
    },
    'the mailbox was too long',
  ),
  group: captured({
    fingerprint: '4f2a91c0aa',
    version: 3,
    contributed: ['module TrunkLink', 'reason frame_overrun'],
    firstSeen: '2026-11-10T14:32:06.278Z',
    occurrence: 37,
  }),
  causalChain: captured([{ pid: '<0.5.0>', name: 'Origin', type: 'first_hop' }]),
  surroundings: redacted('by the operator'),
  caller: unavailable('nobody waited for an answer'),
  losses: { similarNotStored: 12, stormKey: 'TrunkLink exit frame_overrun' },
}

/** Every text and number of a part that is no unit of a term's own structure. */
function leavesOf(value: unknown, key = ''): [key: string, leaf: string | number][] {
  if (typeof value === 'string') return /^(status|\$)$/.test(key) && isMark(value) ? [] : [[key, value]]
  if (typeof value === 'number') return [[key, value]]
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, key))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, name))
}

const isMark = (word: string) =>
  /^(captured|truncated|redacted|unavailable|object|array|text|bytes|error)$/.test(word)

test('the seventeen parts are shown, in the order of the protocol', () => {
  const keys = Object.keys(sampleReport).filter((key) => !['id', 'at', 'atUs'].includes(key))
  expect(keys).toHaveLength(17)
  expect(partsOf(sampleReport).map(({ key }) => key)).toEqual(keys)
})

test.each(partsOf(report).map((part) => [part.key, part] as const))(
  'nothing of %s is absent',
  (key, part) => {
    const text = [part.why, ...part.rows.map(({ label, text }) => `${label} ${text}`)].join('\n')
    const leaves = leavesOf(report[key])
    expect(leaves.length).toBeGreaterThan(0)
    for (const [name, leaf] of leaves) {
      if (typeof leaf === 'string') {
        for (const line of leaf.split('\n')) expect(text, name).toContain(line)
        // A number with a unit is written with it, or with its thousands apart.
      } else if (!/Ms$|Bytes$|restartsInWindow|shutdown/.test(name) && Number.isInteger(leaf)) {
        expect(text.replaceAll(',', ''), name).toContain(String(leaf))
      }
    }
  },
)

test('durations and sizes carry their units, flags say yes or no', () => {
  const row = (key: string, label: string) =>
    partsOf(report)
      .find((part) => part.key === key)
      ?.rows.find((one) => one.label === label)?.text
  expect(row('identity', 'uptime')).toBe('15 m 12 s')
  expect(row('identity', 'traps exit')).toBe('yes')
  expect(row('decision', 'restarts in window')).toBe('22 s, 7.77 s')
  expect(row('decision', 'child spec')).toContain('shutdown brutal_kill')
  expect(row('state', 'size')).toBe('41 kB')
  expect(row('losses', 'similar not stored')).toBe('12')
})

test('a part says whether it was captured, cut, kept back or not to be had, and why', () => {
  const marks = Object.fromEntries(partsOf(report).map(({ key, status, why }) => [key, [status, why]]))
  expect(marks).toMatchObject({
    message: ['captured', null],
    mailbox: ['truncated', 'the mailbox was too long'],
    surroundings: ['redacted', 'by the operator'],
    caller: ['unavailable', 'nobody waited for an answer'],
  })
  expect(statusWords(partsOf(report))).toBe('13 captured, 2 truncated, 1 redacted, 1 unavailable')
})

test('what a later agent tells is shown, though nobody here knows of it', () => {
  const later = { ...report, losses: { ...report.losses, droppedByQuota: 7 } }
  expect(partsOf(later).at(-1)?.rows).toContainEqual({ label: 'dropped by quota', text: '7' })
})
