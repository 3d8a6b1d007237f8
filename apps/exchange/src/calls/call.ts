/** One call, from the first digit to its record: dialing, ringing, talking. Over the trunk it has a half on either side. */
import {
  child,
  GenStatem,
  type GenStatemContext,
  keepStateAndData,
  nextState,
  Supervisor,
  stateTimeout,
  stop,
} from '@orrery/runtime'
import {
  type CallMessages,
  type Cause,
  CDR_WRITER,
  channelName,
  DIRECTORY,
  MIXERS,
  mixerName,
  type Setup,
  TRUNK_LINK,
} from '../messages.ts'

interface Data {
  readonly setup: Setup
  readonly channel: number | null
  readonly talksSinceMs: number | null
  /** Whether the number is taken in the directory, and to be freed. */
  readonly hasLine: boolean
}

interface Types extends CallMessages {
  args: Setup
  state: 'dialing' | 'ringing' | 'talking'
  data: Data
  infos: { begin: object }
}
type Ctx = GenStatemContext<Types>

/** Longest that a far end may ring. */
const NO_ANSWER_MS = 30_000

export const Call = GenStatem.define<Types>({
  module: 'Call',
  version: '1.0',
  init: (setup, ctx) => {
    ctx.send(ctx.self, { type: 'begin' })
    return nextState('dialing', { setup, channel: setup.channel, talksSinceMs: null, hasLine: false })
  },
  states: {
    dialing: async (event, data, ctx) => {
      const { setup } = data
      if (event.kind === 'cast' && event.type === 'seized') {
        const { channel } = event.message
        return channel === null
          ? end(data, 'congestion', ctx)
          : nextState('ringing', { ...data, channel }, stateTimeout(NO_ANSWER_MS))
      }
      if (event.kind !== 'info' || event.type !== 'begin') return keepStateAndData()
      checkDigits(setup.to)
      if (setup.route.kind === 'none') return end(data, 'unallocated', ctx)
      if (setup.route.kind === 'trunk' && setup.channel === null) {
        const signal = { kind: 'setup' as const, id: setup.id, from: setup.from, to: setup.to }
        ctx.cast(TRUNK_LINK, { type: 'request', call: ctx.self as never, signal })
        return keepStateAndData(stateTimeout(NO_ANSWER_MS))
      }
      if (!(await ctx.call(DIRECTORY, { type: 'seize', number: setup.to }))) return end(data, 'busy', ctx)
      return nextState('ringing', { ...data, hasLine: true }, stateTimeout(setup.ringMs))
    },
    ringing: (event, data, ctx) => {
      const isAnswered =
        (event.kind === 'state_timeout' && data.hasLine) ||
        (event.kind === 'cast' && event.type === 'farAnswered')
      if (event.kind === 'cast' && event.type === 'farReleased') return end(data, event.message.cause, ctx)
      if (event.kind === 'state_timeout' && !isAnswered) return end(data, 'far_end', ctx)
      if (!isAnswered) return keepStateAndData()
      if (data.setup.channel !== null) signalFar(data, { kind: 'answer' }, ctx)
      ctx.cast(mixerOf(data.setup.id), { type: 'join', call: data.setup.id })
      const talking = { ...data, talksSinceMs: ctx.node.clock.wallMs() }
      return nextState('talking', talking, stateTimeout(data.setup.talkMs))
    },
    talking: (event, data, ctx) => {
      if (event.kind === 'state_timeout') return end(data, 'normal', ctx)
      if (event.kind === 'cast' && event.type === 'farReleased') return end(data, event.message.cause, ctx)
      return keepStateAndData()
    },
  },
  formatStatus: ({ state, data }) => {
    const { from, to, route } = (data as Data).setup
    return { state, data: { from, to, route: route.kind, channel: (data as Data).channel } }
  },
})

const CALL_SPEC = child(Call, { id: 'call', restart: 'temporary', args: null as never })

/** Thousands, one process for each call that is under way. */
export const CallSup = Supervisor.define<{ childArgs: Setup }>({
  module: 'CallSup',
  strategy: 'simple_one_for_one',
  child: (args) => ({ ...CALL_SPEC, args }),
})

/** What is no digit was never dialled: something is broken, and that is not for the call to mend. */
function checkDigits(number: string): void {
  const at = [...number].findIndex((digit) => digit < '0' || digit > '9')
  if (at >= 0) throw new RangeError(`digit ${at + 1} of a dialled number is ${JSON.stringify(number[at])}`)
}

function end(data: Data, cause: Cause, ctx: Ctx) {
  const { setup, talksSinceMs, hasLine, channel } = data
  if (hasLine) ctx.cast(DIRECTORY, { type: 'free', number: setup.to })
  if (talksSinceMs !== null) ctx.cast(mixerOf(setup.id), { type: 'leave', call: setup.id })
  if (channel !== null && cause !== 'link_lost')
    signalFar({ ...data, channel }, { kind: 'release', cause }, ctx)
  const talkedMs = talksSinceMs === null ? 0 : ctx.node.clock.wallMs() - talksSinceMs
  const cdr = { id: setup.id, from: setup.from, to: setup.to, cause, talkedMs }
  ctx.cast(CDR_WRITER, { type: 'record', cdr })
  return stop('normal', data)
}

function signalFar(
  { channel }: Data,
  signal: { kind: 'answer' } | { kind: 'release'; cause: Cause },
  ctx: Ctx,
): void {
  if (channel !== null) ctx.cast(channelName(channel), { type: 'outgoing', signal })
}

function mixerOf(id: string) {
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) | 0
  return mixerName(1 + (Math.abs(hash) % MIXERS))
}
