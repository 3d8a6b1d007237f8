/**
 * What an experiment did to the system, and the verdict: *absorbed* where everything came back and the figures stayed
 * within bounds; *degraded* where everything came back, and it was felt, or nobody measured whether it was; *escalated*
 * where a supervisor gave up, or something did not come back. Pure: the same facts, the same report.
 */
import type { Experiment, ExperimentTarget, Resilience, Verdict } from '@orrery/protocol/faults'
import type { CrashFact } from './crash-fact.ts'
import type { Figures } from './stretch-figures.ts'

export interface ResilienceFacts {
  experiment: Pick<
    Experiment,
    'id' | 'endedBy' | 'endedWhy' | 'touched' | 'dropped' | 'crashes' | 'nodes'
  > & {
    faults: readonly string[]
  }
  targets: readonly Pick<ExperimentTarget, 'state' | 'node' | 'key'>[]
  /** Crashes it has a part in, up to the moment of the report. */
  caused: readonly CrashFact[]
  /** Crashes on its nodes meanwhile that it has no part in. */
  others: number
  before: Figures
  during: Figures
  /** Nodes that are not up at the moment of the report. */
  nodesDown: readonly string[]
  /** Whether a process of this key lives at the moment of the report; `null` where nobody can tell. */
  isBack(node: string, key: string): boolean | null
}

/** Bounds between absorbed and degraded. A single figure that is not known breaks none; that none is known at all does. */
export const BOUNDS = {
  /** Less is handled than this share of what was handled before, … */
  throughputPercent: 75,
  /** … where so much was handled that a share of it says something. */
  throughputFromPerS: 5,
  /** The p99 of handling is so many times what it was, … */
  handlingTimes: 2,
  /** … and longer by at least this. */
  handlingMs: 20,
  /** The slowest to come back took longer. */
  recoveryMs: 5_000,
  /** Of the messages handled, more than this share was lost in mailboxes, … */
  lostPercent: 1,
  /** … and more than so many. */
  lost: 10,
  /** The longest mailbox is so many times what it was, … */
  mailboxTimes: 4,
  /** … and at least this long. */
  mailbox: 1_000,
} as const

/** @returns `null` where nothing was ever injected: there is nothing to judge. */
export function resilienceOf(facts: ResilienceFacts): Resilience | null {
  const { experiment, targets, before, during } = facts
  if (!targets.some(({ state }) => state !== 'intended' && state !== 'refused')) return null
  const caused = facts.caused.filter(({ role }) => role !== null)
  const recovery = caused.flatMap(({ outcome, backAfterMs }) =>
    outcome === 'restarted' && backAfterMs !== null ? [backAfterMs] : [],
  )
  const figures: Omit<Resilience, 'verdict' | 'because'> = {
    // In a storm not every report is stored, while the agents count on.
    crashesCaused: Math.max(caused.length, experiment.crashes),
    crashesOther: facts.others,
    restarts: caused.reduce((sum, { action, stopped }) => sum + (action === 'restart' ? 1 + stopped : 0), 0),
    recoveryP50Ms: quantile(recovery, 0.5),
    recoveryP99Ms: quantile(recovery, 0.99),
    messagesTouched: experiment.touched,
    messagesDropped: experiment.dropped,
    messagesLost: caused.reduce((sum, { lost }) => sum + lost, 0),
    mailboxPeak: { before: before.mailboxPeak, during: during.mailboxPeak },
    handledPerS: { before: before.handledPerS, during: during.handledPerS },
    handlingP99Ms: { before: before.handlingP99Ms, during: during.handlingP99Ms },
    cascadeLargest: largestCascade(caused),
    escalations: escalationsOf(caused),
    notBack: notBack(facts, caused).length,
  }
  const escalated = whyEscalated(facts, figures, caused)
  const degraded = whyDegraded(facts, figures)
  const verdict: Verdict = escalated.length > 0 ? 'escalated' : degraded.length > 0 ? 'degraded' : 'absorbed'
  return { verdict, because: [...escalated, ...degraded, ...whatHeld(figures)], ...figures }
}

function whyEscalated(
  facts: ResilienceFacts,
  { escalations }: Pick<Resilience, 'escalations'>,
  caused: readonly CrashFact[],
): string[] {
  const missing = notBack(facts, caused)
  const [first] = missing
  const killed = facts.experiment.faults.includes('node_kill')
  return [
    ...escalations.map(({ supervisor, to }) =>
      to === null ? `${supervisor} gave up.` : `${supervisor} gave up, and ${to} had to decide.`,
    ),
    ...(first === undefined
      ? []
      : [
          missing.length === 1
            ? `${first.key} did not come back.`
            : `${count(missing.length)} processes did not come back, ${first.key} among them.`,
        ]),
    ...facts.nodesDown.map((node) =>
      killed ? `${node} was killed and did not come back.` : `${node} is not up any more.`,
    ),
  ]
}

function whyDegraded(facts: ResilienceFacts, figures: Omit<Resilience, 'verdict' | 'because'>): string[] {
  const { handledPerS, handlingP99Ms, mailboxPeak, recoveryP99Ms, messagesLost } = figures
  const { endedBy, endedWhy } = facts.experiment
  const why: string[] = []
  if (facts.during.seconds === 0)
    why.push(
      endedBy === 'hub_restarted'
        ? 'The hub ended while it ran: what was felt was not measured, only its crashes are known.'
        : 'Nothing was heard of its nodes while it ran: what was felt was not measured.',
    )
  if (endedBy !== null && STOPPED.has(endedBy))
    why.push(sentence(`A stop condition ended it: ${endedWhy || endedBy}`))
  const unverified = facts.targets.filter(({ state }) => state === 'unverified').length
  if (unverified > 0)
    why.push(`Of ${plural(unverified, 'target')} nobody could read back that the fault is gone.`)
  if (
    handledPerS.before !== null &&
    handledPerS.during !== null &&
    handledPerS.before >= BOUNDS.throughputFromPerS &&
    percent(handledPerS.during, handledPerS.before) < BOUNDS.throughputPercent
  ) {
    const fell = Math.round(100 - percent(handledPerS.during, handledPerS.before))
    why.push(`Throughput fell by ${fell} %, from ${rate(handledPerS.before)} to ${rate(handledPerS.during)}.`)
  }
  if (
    handlingP99Ms.before !== null &&
    handlingP99Ms.during !== null &&
    handlingP99Ms.during >= BOUNDS.handlingTimes * handlingP99Ms.before &&
    handlingP99Ms.during - handlingP99Ms.before >= BOUNDS.handlingMs
  ) {
    why.push(`Handling took up to ${ms(handlingP99Ms.during)} (p99), ${ms(handlingP99Ms.before)} before.`)
  }
  if (recoveryP99Ms !== null && recoveryP99Ms > BOUNDS.recoveryMs)
    why.push(`The slowest took ${ms(recoveryP99Ms)} to come back.`)
  if (isLossFelt(messagesLost, facts.during))
    why.push(
      `${plural(messagesLost, 'message')} ${messagesLost === 1 ? 'was' : 'were'} lost in mailboxes of processes that ended.`,
    )
  if (
    mailboxPeak.during !== null &&
    mailboxPeak.during >= BOUNDS.mailbox &&
    mailboxPeak.during >= BOUNDS.mailboxTimes * (mailboxPeak.before ?? 0)
  ) {
    why.push(`A mailbox grew to ${count(mailboxPeak.during)}, ${count(mailboxPeak.before ?? 0)} before.`)
  }
  return why
}

/** What a person wants to read also where nothing went wrong. */
function whatHeld(figures: Omit<Resilience, 'verdict' | 'because'>): string[] {
  const { crashesCaused, notBack, escalations, recoveryP99Ms, handledPerS } = figures
  const held: string[] = []
  if (crashesCaused === 0) held.push('It caused no crash.')
  else if (notBack === 0 && escalations.length === 0) {
    const within = recoveryP99Ms === null ? '' : `, within ${ms(recoveryP99Ms)}`
    held.push(`${plural(crashesCaused, 'crash', 'crashes')} caused, all dealt with${within}.`)
  }
  const { before, during } = handledPerS
  if (before !== null && during !== null && before >= BOUNDS.throughputFromPerS) {
    const share = percent(during, before)
    if (share >= BOUNDS.throughputPercent) held.push(`Throughput held at ${Math.round(share)} % of before.`)
  }
  return held
}

/** Ends that say that something went beyond what was allowed for. */
const STOPPED: ReadonlySet<string> = new Set(['crashes', 'intensity', 'mailbox', 'lost', 'handling'])

function isLossFelt(lost: number, during: Figures): boolean {
  if (lost <= BOUNDS.lost) return false
  const handled = during.handledPerS === null ? 0 : during.handledPerS * during.seconds
  return lost * 100 > handled * BOUNDS.lostPercent
}

/** The cascade that took most with it: crashes of one root, and the siblings their supervisors stopped. */
function largestCascade(caused: readonly CrashFact[]): number {
  const sizes = new Map<string, number>()
  for (const { rootId, stopped } of caused) sizes.set(rootId, (sizes.get(rootId) ?? 0) + 1 + stopped)
  return [...sizes.values()].reduce((most, size) => Math.max(most, size), 0)
}

function escalationsOf(caused: readonly CrashFact[]): Resilience['escalations'] {
  const found = new Map<string, string | null>()
  for (const { action, outcome, supervisor, escalatedTo } of caused) {
    if (supervisor === null || (action !== 'give_up' && outcome !== 'given_up')) continue
    found.set(supervisor, escalatedTo ?? found.get(supervisor) ?? null)
  }
  return [...found].map(([supervisor, to]) => ({ supervisor, to }))
}

/** Processes that should live again and do not. One that its child spec leaves alone is none of them. */
function notBack(facts: ResilienceFacts, caused: readonly CrashFact[]): CrashFact[] {
  const newest = new Map<string, CrashFact>()
  for (const crash of caused) {
    const id = `${crash.node} ${crash.key}`
    const held = newest.get(id)
    if (held === undefined || held.atMs <= crash.atMs) newest.set(id, crash)
  }
  return [...newest.values()].filter(({ node, key, action, outcome }) => {
    if (action === 'leave') return false
    const isBack = facts.isBack(node, key)
    return isBack === null ? outcome === 'given_up' || outcome === 'not_restarted' : !isBack
  })
}

/** The smallest value that at least this share does not exceed; `null` of nothing. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}

function percent(part: number, whole: number): number {
  return (part / whole) * 100
}

function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

function count(n: number): string {
  return Math.round(n).toLocaleString('en-US')
}

function rate(perS: number): string {
  return `${perS < 10 ? perS.toFixed(1) : count(perS)}/s`
}

function ms(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toFixed(2)} s`
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}
