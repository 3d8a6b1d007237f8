/** What a report says in words: its headline, its outcome, and the text one pastes into a ticket. */
import type { CrashReport } from '../crash-report.ts'
import { fieldValue } from '../term.ts'
import { duration } from './duration.ts'
import { termText, visible } from './term-text.ts'

/** The last part of a logical key, which is what people call the process. */
export function shortName(key: string): string {
  const last = key.slice(key.lastIndexOf('/') + 1)
  return last === '' ? key : decodeSegment(last)
}

export function nameOf(report: CrashReport): string {
  return visible(report.identity.name ?? shortName(report.identity.key))
}

/** What happened to it, after its name: a process exits, a node goes down. */
export function endOf(report: CrashReport): string {
  return isOfNode(report) ? 'went down' : 'exited'
}

/** Whether it tells of the end of a whole node. */
export function isOfNode({ identity }: CrashReport): boolean {
  return identity.behaviour === 'Node' && identity.key === ''
}

/** Reason without its tag, so that both can stand side by side. */
export function reasonDetail(report: CrashReport): string {
  const { tag, text } = report.cause.reason
  const rest = text.startsWith(tag) ? text.slice(tag.length).replace(/^[:\s]+/, '') : text
  return visible(rest === tag ? '' : rest)
}

/** How long before the exit: two decimals of a millisecond, from a second on in seconds, `−16.9 s`. */
export function beforeText(beforeMs: number): string {
  return beforeMs < 1_000 ? `−${beforeMs.toFixed(2)}` : `−${duration(beforeMs)}`
}

export interface OutcomeWords {
  text: string
  tone: 'signal' | 'crashed' | 'backlog' | 'ink-2'
}

export function outcomeWords(report: CrashReport): OutcomeWords {
  const outcome = fieldValue(report.outcome)
  if (!outcome || outcome.kind === 'pending') return { text: 'outcome not known yet', tone: 'ink-2' }
  switch (outcome.kind) {
    case 'restarted':
      return {
        text: outcome.backAfterMs === null ? 'restarted' : `recovered in ${duration(outcome.backAfterMs)}`,
        tone: outcome.crashedAgain ? 'backlog' : 'signal',
      }
    case 'not_restarted':
      return { text: 'not restarted', tone: 'ink-2' }
    case 'given_up':
      return {
        text: outcome.escalatedTo ? `supervisor exited, up to ${outcome.escalatedTo}` : 'supervisor exited',
        tone: 'crashed',
      }
    default:
      return outcome.kind satisfies never
  }
}

/**
 * Plain text for a ticket: what died, why, at what, what it took with it, whether it came back. `address` is where the
 * report can be opened.
 */
export function ticketText(report: CrashReport, address: string): string {
  const { identity, cause } = report
  const message = fieldValue(report.message)
  const stack = fieldValue(cause.stack)
  const decision = fieldValue(report.decision)
  const lines = [
    `${nameOf(report)} ${endOf(report)}: ${visible(cause.reason.text)}`,
    `${identity.pid} on ${identity.node}, ${report.at}`,
    ...(isOfNode(report) ? [] : [`key       ${identity.key}`]),
    `behaviour ${identity.behaviour}, module ${identity.module}, up ${duration(identity.uptimeMs)}, ${identity.messagesHandled} messages handled`,
  ]
  if (message) lines.push(`handling  ${message.kind} ${message.type} ${termText(message.value)}`)
  if (decision) {
    lines.push(
      `decision  ${decision.strategy}: ${decision.action.replace('_', ' ')}, ${decision.restartsInWindow.length} of ${decision.intensity} restarts in ${duration(decision.periodMs)}`,
    )
  }
  lines.push(`outcome   ${outcomeWords(report).text}`)
  if (stack) lines.push('', visibleLines(stack.raw))
  lines.push('', address)
  return lines.join('\n')
}

function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

export function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
