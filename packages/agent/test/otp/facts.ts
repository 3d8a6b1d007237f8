/**
 * Every fact OTP's reports hold, and where ours holds it: the truth of the test and of `docs/otp-reports.md`. A fact whose values can
 * be compared gives ours as OTP's is told (`reports.erl`).
 */
import { type CrashReport, fieldValue, type Peer, type Term } from '@orrery/protocol'

export interface Fact {
  /** Path in our report, or what stands in its place. */
  ours: string
  /**
   * `equal`: the same text as OTP's. `present`: in our own terms. `instead`: not to be had here, and this in its place. `none`:
   * nothing here has such a thing. The last two say `why`.
   */
  is: 'equal' | 'present' | 'instead' | 'none'
  read?: (report: CrashReport, theirs: string) => string | null
  why?: string
}

const equal = (ours: string, read: NonNullable<Fact['read']>): Fact => ({ ours, is: 'equal', read })
const present = (ours: string, read: NonNullable<Fact['read']>, why = ''): Fact => ({
  ours,
  is: 'present',
  read,
  why,
})
const instead = (ours: string, why: string, read: NonNullable<Fact['read']>): Fact => ({
  ours,
  is: 'instead',
  read,
  why,
})
const none = (why: string): Fact => ({ ours: '–', is: 'none', why })

const name = (report: CrashReport): string | null => report.identity.name
const mailbox = (report: CrashReport) => fieldValue(report.mailbox)
const message = (report: CrashReport) => fieldValue(report.message)
const decision = (report: CrashReport) => fieldValue(report.decision)
const heap = instead('surroundings.heapUsedBytes', 'one heap for all processes of a node', (report) =>
  shown(fieldValue(report.surroundings)?.heapUsedBytes),
)
const reason = equal('cause.reason.tag; of a failed call cause.reason.term.reason', reasonOf)
const topFrame = present(
  'cause.stack.frames; of a call that was not answered in time message.type, message.value',
  (report) =>
    fieldValue(report.cause.stack)?.frames.find(({ owner }) => owner === 'app')?.file ??
    (report.cause.kind === 'timeout' ? (message(report)?.type ?? null) : null),
  'a call that is not answered fails in a timer, where nobody waits on the stack',
)
const linked = (report: CrashReport): Peer[] =>
  (fieldValue(report.peers) ?? []).filter(({ relation }) => relation === 'link' || relation === 'parent')
const neighbour = (report: CrashReport): Peer | undefined =>
  linked(report).find(({ facts }) => facts !== undefined)
const names = (list: readonly { name: string | null }[]): string =>
  list
    .map((one) => one.name)
    .filter((one) => one !== null && one !== 'root')
    .sort()
    .join(' ')

const terminated: Record<string, Fact> = {
  name: equal('identity.name', name),
  last_message: equal('message.value', (report) => words(message(report)?.value)),
  reason,
  'reason.class': equal('cause.kind', classOf),
  stacktrace: topFrame,
  log: present('flightRecorder.entries', (report) =>
    shown(fieldValue(report.flightRecorder)?.entries.length),
  ),
  client: equal('caller.name', (report) => fieldValue(report.caller)?.name ?? ''),
  'client.stacktrace': instead(
    'caller.pendingCall, caller.waitingMs',
    'JavaScript keeps no stack of who awaits: what is waited for, and how long',
    (report) => fieldValue(report.caller)?.pendingCall ?? null,
  ),
}

export const FACTS: Record<string, Record<string, Fact>> = {
  gen_server: {
    ...terminated,
    state: equal('state.before', (report) => pairs(fieldValue(report.state)?.before)),
  },
  gen_statem: {
    ...terminated,
    queue: equal('message.value', (report) => words(message(report)?.value)),
    'queue.length': equal('mailbox.length, the message itself counted', (report) =>
      shown((mailbox(report)?.length ?? -1) + 1),
    ),
    postponed: equal('state.before.postponed', (report) =>
      items(entry(fieldValue(report.state)?.before, 'postponed'))
        .map(words)
        .join(', '),
    ),
    state: equal('state.before.state', (report) => shown(entry(fieldValue(report.state)?.before, 'state'))),
    data: equal('state.before.data', (report) => pairs(entry(fieldValue(report.state)?.before, 'data'))),
    timeouts: equal('state.before.timeouts', (report) =>
      shown(items(entry(fieldValue(report.state)?.before, 'timeouts')).length),
    ),
    modules: present('identity.module', (report) => report.identity.module),
    callback_mode: none('a state machine has one way to be written: a function for each state'),
    state_enter: none('the same: `enter` events are part of the definition'),
  },
  crash_report: {
    initial_call: present('identity.initialCall', (report) => report.identity.initialCall),
    pid: present('identity.pid', (report) => report.identity.pid),
    registered_name: equal('identity.name', (report, theirs) => (theirs === '' ? '' : name(report))),
    error_info: equal('cause.reason.tag, cause.kind, cause.stack', (report, theirs) => {
      const stack = topFrame.read?.(report, '') ?? null
      return stack === null
        ? null
        : `${reasonOf(report)} ${classOf(report)} ${theirs.split(' ')[2] ?? ''}`.trim()
    }),
    ancestors: equal('identity.ancestors', (report) => names(report.identity.ancestors)),
    message_queue_len: equal('mailbox.length', (report) => shown(mailbox(report)?.length)),
    messages: equal('mailbox.first, mailbox.last', (report) =>
      (mailbox(report)?.first ?? []).map(words).join(', '),
    ),
    links: equal('peers: link, parent', (report) => names(linked(report))),
    dictionary: none('a process has no dictionary: what it knows is its state'),
    trap_exit: equal('identity.trapsExit', (report) => shown(report.identity.trapsExit)),
    status: none('always `running`: a process tells of its own end'),
    heap_size: heap,
    stack_size: heap,
    reductions: instead('identity.messagesHandled', 'work is counted in messages', (report) =>
      shown(report.identity.messagesHandled),
    ),
    'neighbour.pid': present('peers.pid', (report) => neighbour(report)?.pid ?? null),
    'neighbour.registered_name': equal('peers.name', (report) => neighbour(report)?.name ?? null),
    'neighbour.initial_call': present(
      'peers.facts.initialCall',
      (report) => neighbour(report)?.facts?.initialCall ?? null,
    ),
    'neighbour.current_function': instead(
      'peers.facts.status',
      'only one process runs at a time: the others wait, or await in a handler',
      (report) => neighbour(report)?.facts?.status ?? null,
    ),
    'neighbour.current_stacktrace': instead(
      'peers.facts.status',
      'the same',
      (report) => neighbour(report)?.facts?.status ?? null,
    ),
    'neighbour.ancestors': equal('peers.facts.ancestors', (report) =>
      names(neighbour(report)?.facts?.ancestors ?? []),
    ),
    'neighbour.message_queue_len': equal('peers.facts.mailboxLength', (report) =>
      shown(neighbour(report)?.facts?.mailboxLength),
    ),
    'neighbour.links': equal('peers.facts.links', (report) => names(neighbour(report)?.facts?.links ?? [])),
    'neighbour.trap_exit': equal('peers.facts.trapsExit', (report) =>
      shown(neighbour(report)?.facts?.trapsExit),
    ),
    'neighbour.status': present('peers.facts.status', (report) => neighbour(report)?.facts?.status ?? null),
    'neighbour.heap_size': heap,
    'neighbour.stack_size': heap,
    'neighbour.reductions': instead('peers.facts.messagesHandled', 'the same', (report) =>
      shown(neighbour(report)?.facts?.messagesHandled),
    ),
  },
  supervisor_report: {
    supervisor: equal('decision.supervisor.name', (report) => decision(report)?.supervisor.name ?? null),
    errorContext: equal('decision.action, message.kind', contextOf),
    reason: equal('cause.reason.tag; decision.headroom where it gave up', (report, theirs) =>
      theirs === 'reached_max_restart_intensity' && (decision(report)?.headroom ?? 0) < 0
        ? theirs
        : reasonOf(report),
    ),
    'offender.pid': present('identity.pid', (report) => report.identity.pid),
    'offender.id': equal('decision.childSpec.id', (report) => decision(report)?.childSpec.id ?? null),
    'offender.mfargs': present('decision.childSpec.module, decision.childSpec.args', (report, theirs) => {
      const spec = decision(report)?.childSpec
      // Erlang's `reports:start_door` is given nothing.
      return spec === undefined || (theirs.trim().includes(' ') && spec.args === undefined)
        ? null
        : spec.module
    }),
    'offender.restart_type': equal(
      'decision.childSpec.restart',
      (report) => decision(report)?.childSpec.restart ?? null,
    ),
    'offender.significant': equal('decision.childSpec.significant', (report) =>
      shown(decision(report)?.childSpec.significant),
    ),
    'offender.shutdown': equal('decision.childSpec.shutdown', (report) =>
      shown(decision(report)?.childSpec.shutdown),
    ),
    'offender.child_type': equal(
      'decision.childSpec.kind',
      (report) => decision(report)?.childSpec.kind ?? null,
    ),
  },
}

/** The tag; OTP tells of a failed call by what became of it. */
function reasonOf({ cause }: CrashReport): string {
  const { tag, term } = cause.reason
  if (tag !== 'CallError' || typeof term !== 'object' || term === null || term.$ !== 'error') return tag
  return String(term.entries?.find(([name]) => name === 'reason')?.[1] ?? tag)
}

/** Erlang's class of an exception. */
function classOf({ cause }: CrashReport): string {
  if (cause.kind === 'exit' || cause.kind === 'timeout') return 'exit'
  // A promise that was rejected by `exit` or by a call that was not answered in time is told by its reason.
  return fieldValue(cause.stack) !== undefined && cause.reason.term !== null && isError(cause.reason.term)
    ? 'error'
    : 'exit'
}

function contextOf(report: CrashReport, theirs: string): string | null {
  const made = decision(report)
  if (made === undefined) return null
  if (message(report)?.kind === 'init') return 'start_error'
  // OTP writes two reports where it gives up: of the child that ended, and of what it does.
  return made.action === 'give_up' ? theirs : 'child_terminated'
}

function isError(term: Term): boolean {
  return typeof term === 'object' && term !== null && term.$ === 'error'
}

function shown(value: unknown): string | null {
  return value === undefined || value === null ? null : String(value)
}

/** `{ type: 'pay', amount: 12 }` as `pay 12`. */
function words(term: Term | undefined): string {
  if (typeof term !== 'object' || term === null || term.$ !== 'object') return String(term)
  return term.entries.map(([, value]) => String(value)).join(' ')
}

/** `{ total: 7 }` as `total=7`. */
function pairs(term: Term | undefined): string | null {
  if (typeof term !== 'object' || term === null || term.$ !== 'object') return null
  return term.entries.map(([key, value]) => `${key}=${String(value)}`).join(' ')
}

function entry(term: Term | undefined, key: string): Term | undefined {
  if (typeof term !== 'object' || term === null || term.$ !== 'object') return undefined
  return term.entries.find(([name]) => name === key)?.[1]
}

function items(term: Term | undefined): Term[] {
  return typeof term === 'object' && term !== null && term.$ === 'array' ? term.items : []
}
