/**
 * Thousands of spoiled frames from one agent at a real hub, over a real connection. After each batch the hub's counters must
 * be what the specification says, no more and no less, while a node and a browser beside it notice nothing.
 */
import { randomUUID } from 'node:crypto'
import { bytesOf, emptyPicture, judge, newStory, RULES, randomOf, spoiled } from '@orrery/protocol/fuzz'
import { type AgentStub, knock } from '../agent-stub.ts'
import { forkHub, type HubFigures } from '../child-hub.ts'
import { until } from '../until.ts'
import { createBystanders } from './bystanders.ts'
import { type Counts, createExpectation } from './expectation.ts'

export interface FuzzHubOptions {
  frames: number
  seed: number
  /** Frames between two looks at the counters. 100; 1 finds the one frame that was misjudged. */
  batch?: number
  log?: (line: string) => void
}

export interface FuzzHubOutcome {
  frames: number
  accepted: number
  refused: number
  recordsLeftOut: number
  byRule: Record<string, number>
  crashes: number
  /** A line for each batch that was not counted as the specification has it. */
  misjudged: string[]
  /** What a node and a browser noticed that have nothing to do with it. */
  disturbances: string[]
  heapGrowthBytes: number
  /** Longest the hub's event loop stood still. */
  loopDelayMaxMs: number
}

const NODE = 'stranger@localhost'
const BATCH = 100
const LIFE = 5_000
/** Times at which the hub's memory is looked at. */
const LOOKS = 10
/** The hub may close a connection after this many frames it did not take (WIRE-29). */
const MAX_BAD = 1_000
/** Beyond this the next number may be none. */
const SEQ_END = 2 ** 40
/** A frame of another layout is refused and counted, and says by that that all before it was read. */
const MARK = Uint8Array.of(0x4f, 0x52, 99)
const CODES = ['frame.too_large', 'frame.version', 'frame.malformed', 'frame.sequence']

export async function fuzzHub(options: FuzzHubOptions): Promise<FuzzHubOutcome> {
  await using hub = await forkHub()
  await using bystanders = await createBystanders(hub.url)
  const outcome: FuzzHubOutcome = {
    frames: 0,
    accepted: 0,
    refused: 0,
    recordsLeftOut: 0,
    byRule: Object.fromEntries(RULES.map((rule) => [rule, 0])),
    crashes: 0,
    misjudged: [],
    disturbances: [],
    heapGrowthBytes: 0,
    loopDelayMaxMs: 0,
  }
  const random = randomOf(options.seed)
  const expected = createExpectation()
  const acked = new Set<string>()
  let story = newStory()
  let incarnation = randomUUID()
  const held: { stub: AgentStub | null } = { stub: null }

  const connect = async (isNewLife: boolean): Promise<AgentStub> => {
    held.stub?.[Symbol.dispose]()
    if (isNewLife) {
      incarnation = randomUUID()
      story = newStory()
    }
    const next = knock(hub.url, { node: NODE, incarnation })
    next.socket.on('ack', ({ crashIds }: { crashIds: string[] }) => {
      for (const id of crashIds) acked.add(id)
    })
    const lastSeq = new Promise<number>((resolve) => {
      next.socket.once('welcome', (welcome: { lastSeq: number }) => resolve(welcome.lastSeq))
    })
    const refusal = await next.answer
    if (refusal !== null) throw new Error(`the hub refused the connection: ${refusal}`)
    expected.connected(isNewLife)
    if ((await lastSeq) !== expected.lastSeq)
      outcome.misjudged.push(`it welcomed with ${await lastSeq}, and has had ${expected.lastSeq}`)
    held.stub = next
    return next
  }

  const send = (to: AgentStub, payload: unknown): void => {
    expected.sent(judge(payload))
    to.raw(payload)
  }

  /** Everything sent is counted, or the connection is closed as it may be. */
  const settled = async (to: AgentStub): Promise<HubFigures> => {
    if (expected.badFrames < MAX_BAD) send(to, MARK)
    const want = refusals(expected.counts.codes)
    const isCutOff = (): boolean => !to.socket.connected && expected.badFrames < MAX_BAD
    let figures = await hub.figures()
    await until(
      async () => {
        figures = await hub.figures()
        return isCutOff() || refusals(figures.counters.frameErrors) >= want
      },
      () => `${want} refused frames, ${refusals(figures.counters.frameErrors)} counted`,
      { withinMs: 60_000 },
    )
    if (isCutOff())
      throw new Error(`the hub closed the connection after ${expected.badFrames} refused frames`)
    outcome.loopDelayMaxMs = Math.max(outcome.loopDelayMaxMs, figures.loopDelayMaxMs)
    return figures
  }

  /** Now and then the node begins anew, as nodes do: what one life told fills no memory for ever. */
  const isOld = (batch: number): boolean => outcome.frames % LIFE < batch

  /** A look at the memory of a hub that holds nothing of the stranger and has nothing to do. */
  const heap = async (to: AgentStub): Promise<number> => {
    send(to, bytesOf(emptyPicture(random, story, expected.lastSeq + 1)))
    await settled(to)
    await until(async () => (await hub.figures()).counters.crashesPending === 0, 'reports are stored', {
      withinMs: 60_000,
    })
    const { heapUsedBytes, arrayBuffersBytes } = await hub.figures({ isExact: true })
    return heapUsedBytes + arrayBuffersBytes
  }

  try {
    let to = await connect(true)
    const batch = options.batch ?? BATCH
    const heaps: number[] = []
    while (outcome.frames < options.frames) {
      const at = outcome.frames
      for (let i = 0; i < batch && outcome.frames < options.frames && expected.badFrames < MAX_BAD; i++) {
        const rule = RULES[outcome.frames % RULES.length] ?? ''
        send(to, spoiled(rule, random, story, expected.lastSeq + 1))
        outcome.frames++
        outcome.byRule[rule] = (outcome.byRule[rule] ?? 0) + 1
      }
      const { counters } = await settled(to)
      const wrong = differences(expected, counters)
      if (wrong !== '') outcome.misjudged.push(`frames ${at} to ${outcome.frames - 1}: ${wrong}`)
      if (wrong !== '') return outcome
      bystanders.act()
      if (expected.badFrames >= MAX_BAD) await until(() => !to.socket.connected, 'the connection is closed')
      if (expected.lastSeq > SEQ_END) to = await connect(true)
      else if (!to.socket.connected || isOld(batch)) to = await connect(isOld(batch) || random.chance(0.3))
      if (outcome.frames < (options.frames / LOOKS) * (heaps.length + 1)) continue
      heaps.push(await heap(to))
      options.log?.(`  ${outcome.frames} frames, ${((heaps.at(-1) ?? 0) / 1e6).toFixed(1)} MB of heap`)
    }
    // What is bounded has filled up by the middle; from there on nothing may grow.
    outcome.heapGrowthBytes = (heaps.at(-1) ?? 0) - (heaps[LOOKS / 2 - 1] ?? 0)
    const isAcked = (): boolean => [...expected.toBeAcked].every((id) => acked.has(id))
    await until(isAcked, 'every report is acked').catch(() => {
      outcome.misjudged.push(
        `${[...expected.toBeAcked].filter((id) => !acked.has(id)).length} reports never acked`,
      )
    })
    outcome.disturbances.push(...(await bystanders.verdict()))
  } catch (error) {
    if (!hub.hasCrashed) throw error
  } finally {
    held.stub?.[Symbol.dispose]()
    outcome.crashes = hub.hasCrashed ? 1 : 0
    outcome.accepted = expected.accepted
    outcome.refused = expected.refused
    outcome.recordsLeftOut = expected.recordsLeftOut
  }
  return outcome
}

function refusals(codes: Record<string, number>): number {
  return CODES.reduce((sum, code) => sum + (codes[code] ?? 0), 0)
}

/** What was counted otherwise than the specification has it; nothing else sends spoiled frames to this hub. */
function differences(
  expected: ReturnType<typeof createExpectation>,
  counters: HubFigures['counters'],
): string {
  const { 'record.unknown_ref': unknown = 0, ...codes } = counters.frameErrors
  const counted: Counts = { codes, gaps: counters.gaps, skipped: counters.recordsSkipped }
  const wrong: string[] = []
  const all = new Set([...Object.keys(codes), ...Object.keys(expected.counts.codes)])
  for (const code of all) {
    const [want, have] = [expected.counts.codes[code] ?? 0, counted.codes[code] ?? 0]
    if (want !== have) wrong.push(`${code} ${have}, not ${want}`)
  }
  for (const name of ['gaps', 'skipped'] as const)
    if (counted[name] !== expected.counts[name])
      wrong.push(`${name} ${counted[name]}, not ${expected.counts[name]}`)
  const { atLeast, atMost } = expected.unknownRefs
  if (unknown < atLeast || unknown > atMost)
    wrong.push(`record.unknown_ref ${unknown}, not ${atLeast} to ${atMost}`)
  if (counters.frames < expected.accepted) wrong.push(`${counters.frames} frames, not ${expected.accepted}`)
  return wrong.join('; ')
}
