/** Thousands of spoiled words from a hub of bad intent at a real agent: answered or counted as SPEC.md has it, its node unharmed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { observe } from '@orrery/agent'
import { COMMAND_ERRORS, type CommandResult } from '@orrery/protocol'
import { randomOf } from '@orrery/protocol/fuzz'
import { counter, startShop } from '../shop.ts'
import { until } from '../until.ts'
import { startHostileHub } from './hostile-hub.ts'
import { deepCommand, idOf, isAck, isCommand, isRenewal, spoiledWord } from './spoiled-words.ts'

export interface FuzzAgentOptions {
  words: number
  seed: number
  log?: (line: string) => void
}

export interface FuzzAgentOutcome {
  words: number
  /** Commands that were answered. */
  answered: number
  refused: number
  /** Words without an id that were counted. */
  counted: number
  /** Errors that came out of the agent into its process. */
  crashes: number
  misjudged: string[]
  /** What the node noticed. */
  disturbances: string[]
  heapGrowthBytes: number
}

const COUNTERS = 4
const QUIET = { info: () => undefined, warn: () => undefined }
const BATCH = 50
/** Commands within which an id is surely remembered; the agent keeps 4,096, the marks among them. */
const REMEMBERED = 2_000
const MARK = 'mark-'
const CODES = new Set<string>(Object.keys(COMMAND_ERRORS))

export async function fuzzAgent(options: FuzzAgentOptions): Promise<FuzzAgentOutcome> {
  await using hub = await startHostileHub()
  const folder = await mkdtemp(join(tmpdir(), 'orrery-fuzz-agent-'))
  const node = await startShop('fuzzed@localhost', COUNTERS)
  const agent = await observe(node, {
    hub: hub.url,
    spoolDir: folder,
    spoolMb: 8,
    faults: 'allow',
    logger: QUIET,
  })
  const random = randomOf(options.seed)
  const outcome: FuzzAgentOutcome = {
    words: 0,
    answered: 0,
    refused: 0,
    counted: 0,
    crashes: 0,
    misjudged: [],
    disturbances: [],
    heapGrowthBytes: 0,
  }
  const escaped = (error: unknown): void => {
    outcome.crashes++
    outcome.misjudged.push(`it let escape: ${error instanceof Error ? error.stack : String(error)}`)
  }
  process.on('uncaughtException', escaped)
  process.on('unhandledRejection', escaped)
  const targets = [
    ...Array.from({ length: COUNTERS }, (_, i) => `Shop/counter-${i}`),
    'Shop',
    'nobody',
    '__proto__',
  ]
  const faultsOf = (event: string): number => agent.status.faults[event] ?? 0
  /** When each id was carried out first, in commands. */
  const seenAt = new Map<string, number>()
  let commands = 0
  let n = 0

  /** What an id that may have been carried out is answered, as far as the rules say. */
  const repeated = (id: string): 'replayed' | 'any' => {
    const at = seenAt.get(id)
    commands++
    return at !== undefined && commands - at < REMEMBERED ? 'replayed' : 'any'
  }

  const remember = (id: string): void => {
    seenAt.delete(id)
    seenAt.set(id, commands)
    const [oldest] = seenAt.keys()
    if (seenAt.size > REMEMBERED && oldest !== undefined) seenAt.delete(oldest)
  }

  const welcomed = (): Promise<void> =>
    until(() => agent.status.connection === 'welcomed' && hub.isConnected, 'the agent comes again', {
      withinMs: 30_000,
    })

  /** Sends a batch; all of it is answered or counted when the mark behind it is answered. */
  const batch = async (): Promise<void> => {
    await welcomed()
    const before = { command: faultsOf('command'), renewal: faultsOf('renewal'), ack: faultsOf('ack') }
    const expected = { command: 0, renewal: 0, ack: 0 }
    const answers: { id: string; code: 'malformed' | 'replayed' | 'any'; said: string }[] = []
    const from = hub.results.length
    const connection = hub.connections
    for (let i = 0; i < BATCH; i++) {
      const word = spoiledWord(random, targets, ++n)
      hub.emit(word.event, ...word.args)
      outcome.words++
      const [said] = word.args
      if (word.event === 'renewal' && !isRenewal(said)) expected.renewal++
      if (word.event === 'ack' && !isAck(said)) expected.ack++
      if (word.event !== 'command') continue
      const id = idOf(said)
      if (id === null) expected.command++
      else {
        const code = isCommand(said) ? repeated(id) : 'malformed'
        answers.push({ id, code, said: JSON.stringify(said).slice(0, 200) })
      }
    }
    const deep = `deep-${n}`
    hub.raw(deepCommand(deep, 20_000))
    answers.push({ id: deep, code: 'malformed', said: 'a message of 20,000 levels' })
    const mark = `${MARK}${n}`
    hub.emit('command', { op: 'process.inspect', id: mark, target: 'nobody' })
    const isMarked = (): boolean => hub.results.slice(from).some(({ id }) => id === mark)
    await until(
      () => isMarked() || hub.connections !== connection || !hub.isConnected,
      'the mark is answered',
    )
    // A word about the connection ended it: what was answered meanwhile may be lost with it, and says nothing.
    if (!isMarked() || hub.connections !== connection) return seenAt.clear()
    const got = hub.results.slice(from).filter(({ id }) => !id.startsWith(MARK))
    for (const [i, answer] of answers.entries()) judge(answer, got[i])
    if (got.length !== answers.length)
      outcome.misjudged.push(`${got.length} answers to ${answers.length} commands`)
    for (const event of ['command', 'renewal', 'ack'] as const) {
      const counted = faultsOf(event) - before[event]
      outcome.counted += counted
      if (counted !== expected[event])
        outcome.misjudged.push(`${event}: ${counted} counted, not ${expected[event]}`)
    }
  }

  const judge = (
    answer: { id: string; code: string; said: string },
    got: CommandResult | undefined,
  ): void => {
    const { said } = answer
    if (got?.id !== answer.id) return void outcome.misjudged.push(`${said}: answered ${got?.id ?? 'nothing'}`)
    outcome.answered++
    const code = got.result.ok ? null : got.result.code
    if (code !== null) outcome.refused++
    // Asked again, an id is remembered no longer than since it was carried out.
    if (answer.code === 'any' && code !== 'command.replayed') remember(answer.id)
    const isRight =
      answer.code === 'any' ? code === null || CODES.has(code) : code === `command.${answer.code}`
    if (!isRight) outcome.misjudged.push(`${said}: ${code ?? 'applied'}, not ${answer.code}`)
  }

  try {
    const heaps: number[] = []
    while (outcome.words < options.words && outcome.misjudged.length === 0) {
      await batch()
      // What was told is acked now and then, as hubs do.
      if (random.chance(0.3)) hub.emit('ack', { crashIds: [...hub.reports], seq: 1_000_000 })
      if (outcome.words >= (options.words / 4) * (heaps.length + 1)) {
        hub.results.length = 0
        hub.reports.clear()
        heaps.push(heapBytes())
        options.log?.(`  ${outcome.words} words, ${((heaps.at(-1) ?? 0) / 1e6).toFixed(1)} MB of heap`)
      }
    }
    outcome.heapGrowthBytes = (heaps.at(-1) ?? 0) - (heaps[1] ?? 0)
    await welcomed()
    hub.emit('command', { op: 'fault.halt', id: 'the-end' })
    await until(() => agent.status.leases === 0, 'every lease is ended')
    for (let i = 0; i < COUNTERS; i++) {
      const isWell = await until(
        async () => typeof (await node.call(counter(i), { type: 'get' })) === 'number',
      )
        .then(() => true)
        .catch(() => false)
      if (!isWell) outcome.disturbances.push(`counter-${i} does not answer`)
    }
    const unheard = Object.keys(agent.status.faults).filter(
      (place) => !['command', 'renewal', 'ack'].includes(place),
    )
    for (const place of unheard) outcome.misjudged.push(`a fault in ${place}`)
    if (hub.unreadable.length > 0)
      outcome.misjudged.push(`it sent ${hub.unreadable.length} frames nobody can read`)
    if ('polluted' in {}) outcome.disturbances.push('objects are polluted')
  } finally {
    process.off('uncaughtException', escaped)
    process.off('unhandledRejection', escaped)
    await agent.stop()
    await node.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return outcome
}

/** What is held after a full collection. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
