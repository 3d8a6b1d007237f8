/** Two reports side by side, part by part: what stands on either side, and whether it is the same. Pure. */
import { type CrashReport, type Field, fieldValue, type StackFrame, type Term } from '@orrery/protocol'
import { diffTerms } from '@orrery/protocol/text'
import { bytesText, count, duration, plural } from '../live/format.ts'
import { termText, visible } from '../term/term-text.ts'
import { outcomeWords } from './report-text.ts'

export interface CompareRow {
  label: string
  /** `null` where the side has nothing there. */
  left: string | null
  right: string | null
  isSame: boolean
}

export interface ComparePart {
  title: string
  rows: CompareRow[]
  /** What is not listed: `12 more values are the same`. */
  note: string | null
  differences: number
}

/** All that can be laid side by side; `right` is the report one looks at, `left` the other. */
export function compareReports(left: CrashReport, right: CrashReport): ComparePart[] {
  return [
    part('Cause', causeRows(left, right)),
    part('Stack', stackRows(left, right)),
    messagePart(left, right),
    statePart(left, right),
    part('Mailbox at exit', mailboxRows(left, right)),
    part('Timing', timingRows(left, right)),
    part('Decision and recovery', recoveryRows(left, right)),
    part('Surroundings', surroundingRows(left, right)),
    part('Identity', identityRows(left, right)),
  ]
}

/** The few lines that say at a glance whether it is the same crash again. */
export function compareSummary(left: CrashReport, right: CrashReport): CompareRow[] {
  const [type] = fieldRows('Message type', left.message, right.message, ({ type }) => visible(type))
  const [mailbox] = fieldRows('Mailbox at exit', left.mailbox, right.mailbox, ({ length }) => count(length))
  return [
    stackSummary(left, right),
    type,
    mailbox,
    row('Up', upText(left), upText(right)),
    row('Recovery', backText(left), backText(right)),
  ].filter((one) => one !== undefined)
}

/** How long after `left` the crash `right` was, or before, in words. */
export function apart(left: CrashReport, right: CrashReport): string {
  const ms = Date.parse(right.at) - Date.parse(left.at)
  return ms === 0 ? 'at the same moment' : `${duration(Math.abs(ms))} ${ms > 0 ? 'later' : 'earlier'}`
}

function part(title: string, rows: CompareRow[], note: string | null = null): ComparePart {
  return { title, rows, note, differences: rows.filter((one) => !one.isSame).length }
}

function row(label: string, left: string | null, right: string | null): CompareRow {
  return { label, left, right, isSame: left === right }
}

/** A row of a part that may be missing on a side, which then says why. */
function fieldRows<T>(
  label: string,
  left: Field<T>,
  right: Field<T>,
  text: (value: T) => string | null,
): CompareRow[] {
  const side = (field: Field<T>) => {
    const value = fieldValue(field)
    return value === undefined ? why(field) : text(value)
  }
  return [row(label, side(left), side(right))]
}

function why<T>(field: Field<T>): string {
  return 'why' in field ? visible(field.why) : 'not captured'
}

function causeRows(left: CrashReport, right: CrashReport): CompareRow[] {
  const [a, b] = [left.cause, right.cause]
  const chains = Math.max(a.chain.length, b.chain.length)
  const link = (cause: CrashReport['cause'], i: number) => {
    const one = cause.chain[i]
    return one ? visible(`${one.name}: ${one.message}`) : null
  }
  return [
    row('Kind', a.kind, b.kind),
    row('Reason', visible(a.reason.tag), visible(b.reason.tag)),
    row('Text', visible(a.reason.text), visible(b.reason.text)),
    ...Array.from({ length: chains }, (_, i) => row('Caused by', link(a, i), link(b, i))),
  ]
}

function stackRows(left: CrashReport, right: CrashReport): CompareRow[] {
  const [a, b] = [fieldValue(left.cause.stack)?.frames, fieldValue(right.cause.stack)?.frames]
  if (!a || !b)
    return fieldRows('Frames', left.cause.stack, right.cause.stack, ({ frames }) => count(frames.length))
  return aligned(a.slice(0, 200), b.slice(0, 200)).map(([mine, theirs], i) =>
    row(String(i + 1), mine && frameText(mine), theirs && frameText(theirs)),
  )
}

function stackSummary(left: CrashReport, right: CrashReport): CompareRow {
  const [a, b] = [fieldValue(left.cause.stack)?.frames, fieldValue(right.cause.stack)?.frames]
  if (!a || !b) {
    const told = (frames: StackFrame[] | undefined) => (frames ? plural(frames.length, 'frame') : 'none')
    return row('Stack', told(a), told(b))
  }
  const frames = stackRows(left, right)
  const differing = frames.filter((one) => !one.isSame).length
  return {
    label: 'Stack',
    left: differing === 0 ? 'identical,' : `${differing} differ,`,
    right: plural(frames.length, 'frame'),
    isSame: differing === 0,
  }
}

function frameText({ fn, file, line, column }: StackFrame): string {
  const place = [file, line, line === null ? null : column].filter((one) => one !== null).join(':')
  return visible(`${fn ?? 'anonymous'}  ${place}`)
}

type Pair = [left: StackFrame | null, right: StackFrame | null]

/** Frames of one function in one file stand beside each other, whatever their lines: the longest such run of pairs. */
export function aligned(left: readonly StackFrame[], right: readonly StackFrame[]): Pair[] {
  const isPair = (i: number, j: number) => left[i]?.fn === right[j]?.fn && left[i]?.file === right[j]?.file
  const longest = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0))
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const line = longest[i]
      if (line) line[j] = isPair(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: Pair[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && isPair(i, j))
      pairs.push([left[i++] ?? null, right[j++] ?? null])
    else if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1)))
      pairs.push([left[i++] ?? null, null])
    else pairs.push([null, right[j++] ?? null])
  }
  return pairs
}

function messagePart(left: CrashReport, right: CrashReport): ComparePart {
  const [a, b] = [left.message, right.message]
  const value = termRows(fieldValue(a)?.value, fieldValue(b)?.value, 'Value')
  return part(
    'Message',
    [
      ...fieldRows('Type', a, b, ({ type }) => visible(type)),
      ...fieldRows('Kind', a, b, ({ kind }) => kind),
      ...fieldRows('From', a, b, ({ sender }) => sender && visible(sender.name ?? sender.pid)),
      ...value.rows,
      ...fieldRows('Waited', a, b, ({ queuedMs }) => (queuedMs === null ? null : duration(queuedMs))),
      ...fieldRows('In the handler', a, b, ({ handlerMs }) =>
        handlerMs === null ? null : duration(handlerMs),
      ),
    ],
    value.note,
  )
}

function statePart(left: CrashReport, right: CrashReport): ComparePart {
  const [a, b] = [fieldValue(left.state), fieldValue(right.state)]
  const values = termRows(a?.before, b?.before, 'Value')
  const size = (bytes: number | null) => (bytes === null ? null : bytesText(bytes))
  return part(
    'State before',
    [...fieldRows('Size', left.state, right.state, ({ sizeBytes }) => size(sizeBytes)), ...values.rows],
    values.note,
  )
}

/** Only what differs of two values; how much is the same is told beside it. */
function termRows(
  left: Term | undefined,
  right: Term | undefined,
  whole: string,
): Pick<ComparePart, 'rows' | 'note'> {
  if (left === undefined || right === undefined) return { rows: [], note: null }
  const { changes, same, more } = diffTerms(left, right)
  const side = (term: Term | undefined) => (term === undefined ? null : termText(term, 240))
  const notes = [
    same > 0 ? `${count(same)} ${same === 1 ? 'value is' : 'values are'} the same` : '',
    more > 0 ? `${count(more)} more differ` : '',
  ].filter(Boolean)
  return {
    rows: changes.map((change) => ({
      label: change.path === '' ? whole : visible(change.path),
      left: side(change.left),
      right: side(change.right),
      isSame: false,
    })),
    note: notes.length > 0 ? notes.join(', ') : null,
  }
}

function mailboxRows(left: CrashReport, right: CrashReport): CompareRow[] {
  const [a, b] = [fieldValue(left.mailbox), fieldValue(right.mailbox)]
  const of = (box: typeof a, type: string) => {
    const found = box?.byType.find((one) => one.type === type)
    return found ? count(found.count) : null
  }
  const types = [...new Set([...(a?.byType ?? []), ...(b?.byType ?? [])].map(({ type }) => type))].slice(
    0,
    12,
  )
  return [
    ...fieldRows('Length', left.mailbox, right.mailbox, ({ length }) => count(length)),
    ...fieldRows('Oldest', left.mailbox, right.mailbox, ({ oldestMs }) =>
      oldestMs === null ? null : duration(oldestMs),
    ),
    ...fieldRows('Fate', left.mailbox, right.mailbox, ({ fate }) => fate),
    ...(a && b ? types.map((type) => row(visible(type), of(a, type), of(b, type))) : []),
  ]
}

function timingRows(left: CrashReport, right: CrashReport): CompareRow[] {
  return [
    row('At', left.at.replace('T', ' '), right.at.replace('T', ' ')),
    row('Up', upText(left), upText(right)),
    row('Messages handled', count(left.identity.messagesHandled), count(right.identity.messagesHandled)),
  ]
}

function upText({ identity }: CrashReport): string {
  return duration(identity.uptimeMs)
}

function backText({ outcome }: CrashReport): string | null {
  const backAfterMs = fieldValue(outcome)?.backAfterMs ?? null
  return backAfterMs === null ? null : duration(backAfterMs)
}

function recoveryRows(left: CrashReport, right: CrashReport): CompareRow[] {
  const [a, b] = [left.decision, right.decision]
  return [
    ...fieldRows('Supervisor', a, b, ({ supervisor }) => visible(supervisor.name ?? supervisor.key)),
    ...fieldRows('Strategy', a, b, ({ strategy }) => strategy),
    ...fieldRows('Decision', a, b, ({ action }) => action.replace('_', ' ')),
    ...fieldRows(
      'Restarts in the window',
      a,
      b,
      ({ restartsInWindow, intensity }) => `${restartsInWindow.length} of ${intensity}`,
    ),
    ...fieldRows('Stopped with it', a, b, ({ stopped }) => count(stopped.length)),
    row('Outcome', outcomeWords(left).text, outcomeWords(right).text),
    row('Back after', backText(left), backText(right)),
  ]
}

function surroundingRows(left: CrashReport, right: CrashReport): CompareRow[] {
  const [a, b] = [left.surroundings, right.surroundings]
  return [
    ...fieldRows('Processes', a, b, ({ processes }) => count(processes)),
    ...fieldRows('Loop delay', a, b, ({ eventLoopDelayMs }) =>
      eventLoopDelayMs === null ? null : duration(eventLoopDelayMs),
    ),
    ...fieldRows('Heap', a, b, ({ heapUsedBytes }) => bytesText(heapUsedBytes)),
    ...fieldRows('Memory', a, b, ({ rssBytes }) => bytesText(rssBytes)),
  ]
}

function identityRows({ identity: a }: CrashReport, { identity: b }: CrashReport): CompareRow[] {
  return [
    row('Node', a.node, b.node),
    row('Incarnation', a.incarnation, b.incarnation),
    row('Pid', a.pid, b.pid),
    row('Key', visible(a.key), visible(b.key)),
    row('Module', visible(a.module), visible(b.module)),
    row('Release', a.release, b.release),
  ]
}
