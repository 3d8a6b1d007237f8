/** Every kind of death happens once, in a real node, and its report explains it. */
import { type CrashReport, fieldValue } from '@orrery/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from './browser.ts'
import type { ChildNode } from './child-node.ts'
import { type Constellation, startConstellation } from './constellation.ts'
import type { MortalOrder } from './mortal-node.ts'
import { until } from './until.ts'

const SLOW_MS = 120_000
const NODE = 'mortal@localhost'

let constellation: Constellation
let node: ChildNode

beforeAll(async () => {
  constellation = await startConstellation()
  node = await begin()
}, SLOW_MS)
afterAll(() => constellation?.[Symbol.asyncDispose](), SLOW_MS)

async function begin(settings: Record<string, string> = {}): Promise<ChildNode> {
  const begun = constellation.fork(new URL('./mortal-node.ts', import.meta.url), settings)
  await until(async () => {
    const name = settings.MORTAL_NAME ?? NODE
    const { status, body } = await constellation.api(`/api/v1/nodes/${name}`)
    return status === 200 && (body as { status: string }).status === 'live'
  }, 'the node was not heard')
  return begun
}

const order = (message: MortalOrder, to = node): void => to.order(message)

/** The newest report that matches, once its outcome is known. */
async function reportOf(q: string, isDone = (_report: CrashReport) => true): Promise<CrashReport> {
  let report: CrashReport | null = null
  await until(async () => {
    const list = await constellation.api(`/api/v1/crashes?q=${encodeURIComponent(q)}&limit=1`)
    const id = (list.body as { items: { id: string }[] }).items[0]?.id
    if (id === undefined) return false
    report = (await constellation.api(`/api/v1/crashes/${id}`)).body as CrashReport
    return isDone(report)
  }, `no report for ${q}`)
  return report as unknown as CrashReport
}

const isBack = (report: CrashReport): boolean => fieldValue(report.outcome)?.kind === 'restarted'

/** Names of the application's functions on its stack. */
function functionsOf(report: CrashReport): string[] {
  const frames = fieldValue(report.cause.stack)?.frames ?? []
  return frames.flatMap(({ owner, fn }) => (owner === 'app' && fn !== null ? [fn] : []))
}

async function groupsOf(q: string): Promise<{ id: string; count: number; contributed: string[] }[]> {
  const answer = await constellation.api(`/api/v1/crash-groups?q=${encodeURIComponent(q)}`)
  return (answer.body as { items: { id: string; count: number; contributed: string[] }[] }).items
}

describe('a process', () => {
  test(
    'throws: the stack names its function, the message being handled is told, it comes back',
    async () => {
      order({ to: 'thrower', type: 'throw' })
      const report = await reportOf('name:thrower', isBack)
      expect(report.cause).toMatchObject({ kind: 'throw', reason: { tag: 'TypeError' } })
      expect(functionsOf(report)[0]).toContain('sinkInto')
      expect(fieldValue(report.message)).toMatchObject({ type: 'throw', kind: 'cast' })
      expect(report.decision).toMatchObject({ status: 'captured', value: { action: 'restart' } })
      const [group] = await groupsOf('name:thrower')
      expect(group).toMatchObject({ count: 1 })
      expect(group?.contributed.join(' ')).toContain('TypeError')
    },
    SLOW_MS,
  )

  test(
    'has a promise rejected',
    async () => {
      order({ to: 'rejecter', type: 'reject' })
      const report = await reportOf('name:rejecter', isBack)
      expect(report.cause).toMatchObject({ kind: 'rejection', reason: { tag: 'RangeError' } })
      expect(fieldValue(report.message)).toMatchObject({ type: 'reject' })
    },
    SLOW_MS,
  )

  test(
    'exits with a reason of its own',
    async () => {
      order({ to: 'exiter', type: 'exit' })
      const report = await reportOf('name:exiter', isBack)
      expect(report.cause).toMatchObject({ kind: 'exit', reason: { tag: 'overrun' } })
      expect(report.cause.reason.text).toContain('48211')
    },
    SLOW_MS,
  )

  test(
    'is killed: the report says by whom',
    async () => {
      const { status } = await constellation.api(
        `/api/v1/nodes/${NODE}/processes/${encodeURIComponent('Mortals/victim')}/commands`,
        {
          json: { command: 'kill', reason: 'kill' },
        },
      )
      expect(status).toBe(200)
      const report = await reportOf('name:victim', isBack)
      expect(report.cause).toMatchObject({ kind: 'kill', reason: { tag: 'killed' } })
      expect(report.cause.killer).toMatchObject({ status: 'captured', value: { via: 'command' } })
    },
    SLOW_MS,
  )

  test(
    'waits in vain for an answer',
    async () => {
      order({ to: 'caller', type: 'call' })
      const report = await reportOf('name:caller', isBack)
      expect(report.cause.kind).toBe('timeout')
      expect(report.cause.reason.text).toContain('mute')
    },
    SLOW_MS,
  )

  test(
    'dies of an exit signal: it joins the group of the crash it died of',
    async () => {
      order({ to: 'linked', type: 'link' })
      order({ to: 'thrower', type: 'throw' })
      const report = await reportOf('name:linked', isBack)
      expect(report.cascade).toMatchObject({ status: 'captured', value: { mechanism: 'link', depth: 1 } })
      const root = fieldValue(report.cascade)?.rootCrash ?? ''
      const roots = await constellation.api(`/api/v1/crashes/${root}`)
      const { group } = roots.body as CrashReport
      expect(fieldValue(report.group)?.fingerprint).toBe(fieldValue(group)?.fingerprint)
      expect(fieldValue(report.cause.killer)).toMatchObject({ name: 'thrower', via: 'link' })
    },
    SLOW_MS,
  )

  test(
    'takes its supervisor with it: one restart too many',
    async () => {
      order({ to: 'last', type: 'throw' })
      const report = await reportOf('name:last', (one) => fieldValue(one.outcome)?.kind === 'given_up')
      expect(report.decision).toMatchObject({ status: 'captured', value: { action: 'give_up' } })
      expect(fieldValue(report.outcome)?.escalatedTo).toBe('Escalates')
    },
    SLOW_MS,
  )

  test(
    'takes its supervisor with it: the cascade tells how far it went, by what, and that all are back',
    async () => {
      const root = await reportOf('name:last', (one) => fieldValue(one.outcome)?.kind === 'given_up')
      await reportOf('name:GivesUp', isBack)
      await using browser = await openBrowser({ url: constellation.url })
      const { cascade } = await browser
        .view('crash', { id: root.id })
        .waitFor(
          ({ cascade }) => cascade.members.at(-1)?.outcome?.kind === 'restarted',
          'its supervisor is back',
        )
      expect(cascade).toMatchObject({
        members: [
          {
            id: root.id,
            name: 'last',
            afterMs: 0,
            mechanism: null,
            decision: { supervisor: { name: 'GivesUp' }, action: 'give_up' },
            outcome: { kind: 'given_up', escalatedTo: 'Escalates' },
          },
          {
            name: 'GivesUp',
            parentId: root.id,
            mechanism: 'intensity',
            depth: 1,
            decision: {
              supervisor: { name: 'Escalates' },
              strategy: 'one_for_all',
              action: 'restart',
              stopped: [{ name: 'bystander' }],
            },
          },
        ],
        more: 0,
      })
      expect(cascade.members[1]?.afterMs).toBeGreaterThan(0)
    },
    SLOW_MS,
  )

  test(
    'takes later siblings with it, by rest_for_one',
    async () => {
      order({ to: 'second', type: 'throw' })
      const report = await reportOf('name:second', isBack)
      expect(fieldValue(report.decision)).toMatchObject({
        strategy: 'rest_for_one',
        stopped: [{ name: 'third' }],
        restartsInWindow: [expect.any(Number)],
        headroom: 9,
      })
    },
    SLOW_MS,
  )

  test(
    'hangs in a worker thread of its own',
    async () => {
      order({ to: 'hangs', type: 'loop' })
      const report = await reportOf('name:hangs', isBack)
      expect(report.cause.reason.tag).toBe('heartbeat_lost')
    },
    SLOW_MS,
  )

  test(
    'fills the heap of its worker thread',
    async () => {
      order({ to: 'fills', type: 'fill' })
      const report = await reportOf('name:fills', isBack)
      expect(report.cause.kind).toBe('out-of-memory')
    },
    SLOW_MS,
  )
})

describe('a node', () => {
  const dies = async (name: string, how: (child: ChildNode) => void, settings = {}): Promise<CrashReport> => {
    const first = await begin({ MORTAL_NAME: name, ...settings })
    const ended = new Promise((resolve) => first.child.once('exit', resolve))
    how(first)
    await ended
    await begin({ MORTAL_NAME: name })
    return reportOf(`node:${name} behaviour:Node`, ({ cause }) => cause.reason.tag !== 'no_heartbeat')
  }

  test(
    'ends by an exception outside of every process',
    async () => {
      const report = await dies('throws@localhost', (child) => order({ end: 'throw' }, child))
      expect(report.cause).toMatchObject({ kind: 'throw', reason: { tag: 'TypeError' } })
    },
    SLOW_MS,
  )

  test(
    'ends by a rejection that nobody handles',
    async () => {
      const report = await dies('rejects@localhost', (child) => order({ end: 'reject' }, child))
      expect(report.cause).toMatchObject({ kind: 'rejection', reason: { tag: 'RangeError' } })
    },
    SLOW_MS,
  )

  test(
    'fills its heap',
    async () => {
      const report = await dies('fills@localhost', (child) => order({ end: 'fill' }, child), {
        NODE_OPTIONS: '--max-old-space-size=140',
      })
      expect(report.cause).toMatchObject({ kind: 'out-of-memory', reason: { tag: 'heap_limit' } })
    },
    SLOW_MS,
  )

  test(
    'is killed without a word',
    async () => {
      const report = await dies('killed@localhost', (child) => void child.kill())
      expect(report.cause).toMatchObject({ kind: 'node-down', reason: { tag: 'killed' } })
    },
    SLOW_MS,
  )
})
