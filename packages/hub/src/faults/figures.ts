/** What is seen of the touched processes, second by second: a minute before and since, with the marks of what died and came back. Pure, but for what it keeps. */
import type { ExperimentRow } from '@orrery/live/views'
import type { Touched } from '@orrery/live/world'
import type { Observed } from './experiment-store.ts'

export type Chart = NonNullable<ExperimentRow['chart']>

/** One second of all touched nodes together. */
export interface Second {
  handledPerS: number
  mailbox: number
  mailboxMax: number
  restarts: number
  handlingP99Ms: number | null
}

export interface Before {
  startedAtMs: number
  metric: Chart['metric']
  label: string
  /** The last minute, newest last. */
  handled: readonly (number | null)[]
  mailbox: readonly (number | null)[]
  second: Second
}

export interface Figures {
  second(nowMs: number, second: Second | null): void
  /** A crash that it caused; one that is told twice counts once. */
  crashed(id: string, atMs: number): void
  /** What became of one of those. */
  cameBack(id: string, afterMs: number): void
  readonly crashes: number
  readonly restarts: number
  readonly chart: Chart
  readonly throughputPercent: number | null
  recoveryMs(share: number): number | null
  observed(): Observed
}

const STEP_MS = 1_000
const BEFORE_POINTS = 60
/** A minute before and two since; after that every other point. */
const MAX_POINTS = 180
const MAX_MARKS = 200
const MAX_CRASHES = 20_000
const RECENT = 10

export function createFigures(before: Before): Figures {
  const line = before.metric === 'handled' ? before.handled : before.mailbox
  const startS = Math.floor(before.startedAtMs / STEP_MS)
  const chart: Chart = {
    label: before.label,
    metric: before.metric,
    fromMs: (startS - BEFORE_POINTS) * STEP_MS,
    stepMs: STEP_MS,
    values: padded(line, BEFORE_POINTS).map(rounded),
    marks: [],
  }
  const handledBefore = mean(before.handled)
  const crashes = new Set<string>()
  const recovered = new Map<string, number>()
  const recent: number[] = []
  let handledSum = 0
  let handledCount = 0
  let restarts = 0
  let restartsHeld = before.second.restarts
  let mailboxPeak: number | null = null
  let p99: number | null = null
  let lastS = startS - 1

  const mark = (kind: 'crashed' | 'restarted', atMs: number): void => {
    if (chart.marks.length >= MAX_MARKS) return
    chart.marks = [...chart.marks, { kind, atMs }]
  }

  const put = (second: number, value: number | null): void => {
    const at = Math.floor((second * STEP_MS - chart.fromMs) / chart.stepMs)
    const values = [...chart.values]
    while (values.length < at) values.push(null)
    // What falls into one point is shown by its largest: a peak must not be thinned away.
    const held = values[at] ?? null
    values[at] = value === null || (held !== null && held > value) ? held : value
    chart.values = values
    if (values.length > MAX_POINTS) thin()
  }

  const thin = (): void => {
    const values: (number | null)[] = []
    for (let i = 0; i < chart.values.length; i += 2) {
      const [a = null, b = null] = [chart.values[i], chart.values[i + 1]]
      values.push(a === null ? b : b === null ? a : Math.max(a, b))
    }
    chart.values = values
    chart.stepMs *= 2
  }

  return {
    second(nowMs, second) {
      const nowS = Math.floor(nowMs / STEP_MS)
      if (nowS <= lastS) return
      lastS = nowS
      put(
        nowS,
        second === null ? null : rounded(second[before.metric === 'handled' ? 'handledPerS' : 'mailbox']),
      )
      if (second === null) return
      recent.push(second.handledPerS)
      if (recent.length > RECENT) recent.shift()
      handledSum += second.handledPerS
      handledCount++
      mailboxPeak = Math.max(mailboxPeak ?? 0, second.mailbox)
      if (second.handlingP99Ms !== null) p99 = Math.max(p99 ?? 0, second.handlingP99Ms)
      // A count that went back began anew, with its slot or with the node.
      const more = second.restarts - restartsHeld
      if (more > 0) {
        restarts += more
        for (let n = 0; n < Math.min(more, 3); n++) mark('restarted', nowMs)
      }
      restartsHeld = second.restarts
    },
    crashed(id, atMs) {
      if (crashes.has(id) || crashes.size >= MAX_CRASHES) return
      crashes.add(id)
      mark('crashed', atMs)
    },
    cameBack(id, afterMs) {
      if (crashes.has(id)) recovered.set(id, afterMs)
    },
    get crashes() {
      return crashes.size
    },
    get restarts() {
      return restarts
    },
    get chart() {
      return { ...chart }
    },
    get throughputPercent() {
      const now = mean(recent)
      if (handledBefore === null || handledBefore <= 0 || now === null) return null
      return Math.round((now / handledBefore) * 1_000) / 10
    },
    recoveryMs: (share) => percentile([...recovered.values()], share),
    observed: () => ({
      restarts,
      recoveryMs: [...recovered.values()],
      mailboxPeak: { before: most(before.mailbox), during: mailboxPeak },
      handledPerS: { before: handledBefore, during: handledCount === 0 ? null : handledSum / handledCount },
      handlingP99Ms: { before: before.second.handlingP99Ms, during: p99 },
    }),
  }
}

/** Of several nodes together; `null` where none is known. */
export function together(all: readonly (Touched | null)[]): Second | null {
  const known = all.filter((each) => each !== null)
  if (known.length === 0) return null
  const timed = known.flatMap(({ handlingP99Ms }) => (handlingP99Ms === null ? [] : [handlingP99Ms]))
  return {
    handledPerS: known.reduce((sum, { handledPerS }) => sum + handledPerS, 0),
    mailbox: known.reduce((sum, { mailbox }) => sum + mailbox, 0),
    mailboxMax: Math.max(...known.map(({ mailboxMax }) => mailboxMax)),
    restarts: known.reduce((sum, { restarts }) => sum + restarts, 0),
    handlingP99Ms: timed.length === 0 ? null : Math.max(...timed),
  }
}

/** Point by point, the newest last. */
export function addLines(lines: readonly (readonly (number | null)[])[]): (number | null)[] {
  const length = Math.max(0, ...lines.map((line) => line.length))
  return Array.from({ length }, (_, i) => {
    let sum: number | null = null
    for (const line of lines) {
      const value = line[line.length - length + i] ?? null
      if (value !== null) sum = (sum ?? 0) + value
    }
    return sum
  })
}

export function percentile(values: number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = values.sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null
}

function padded(line: readonly (number | null)[], length: number): (number | null)[] {
  const last = line.slice(-length)
  return [...new Array<null>(length - last.length).fill(null), ...last]
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10
}
