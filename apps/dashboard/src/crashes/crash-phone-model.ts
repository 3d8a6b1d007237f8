/** A crash as it is told on a phone: the verdict first, then what happened in its order. Pure. */
import { type CrashReport, fieldValue, type Strategy } from '@orrery/protocol'
import { duration, plural } from '../live/format.ts'
import { isOfNode, nameOf } from './report-text.ts'

export interface Verdict {
  title: string
  text: string
  isInjected: boolean
}

export interface Step {
  /** After the exit; empty where the report does not time it. */
  at: string
  mark: 'crashed' | 'restarting' | 'busy' | 'suspended' | { strategy: Strategy }
  title: string
  detail: string
  tone: 'crashed' | 'signal' | null
}

export function verdictOf(report: CrashReport): Verdict {
  const injected = (fieldValue(report.faults) ?? []).find((fault) => fault.role === 'direct')
  const text = [injected ? `Injected: ${injected.kind.replaceAll('_', ' ')}.` : '', reachOf(report)]
  return { title: titleOf(report), text: text.filter(Boolean).join(' '), isInjected: injected !== undefined }
}

function titleOf(report: CrashReport): string {
  const outcome = fieldValue(report.outcome)
  if (isOfNode(report)) return outcome?.kind === 'restarted' ? 'The node is back' : 'The whole node went down'
  switch (outcome?.kind) {
    case 'restarted':
      return outcome.crashedAgain ? 'It came back, and crashed again' : 'It has recovered, by itself'
    case 'given_up':
      return 'Its supervisor has given up'
    case 'not_restarted':
      return 'It was not restarted'
    default:
      return 'It is down'
  }
}

/** What it took with it. */
function reachOf(report: CrashReport): string {
  const decision = fieldValue(report.decision)
  const outcome = fieldValue(report.outcome)
  if (!decision) return ''
  const supervisor = supervisorOf(decision)
  if (decision.action === 'give_up')
    return `${supervisor} exited: more than ${plural(decision.intensity, 'restart')} in ${duration(decision.periodMs)}.`
  const took =
    decision.stopped.length > 0
      ? `${supervisor} stopped ${plural(decision.stopped.length, 'sibling')}`
      : `${supervisor} stopped nobody else`
  if (outcome?.kind !== 'restarted' || outcome.backAfterMs === null) return `${took}.`
  return `${took}; ${decision.stopped.length > 0 ? 'all run' : 'it runs'} again after ${duration(outcome.backAfterMs)}.`
}

export function stepsOf(report: CrashReport): Step[] {
  const { reason } = report.cause
  const steps: Step[] = [
    {
      at: '0 ms',
      mark: 'crashed',
      title: `${nameOf(report)} exits`,
      detail: reason.tag,
      tone: 'crashed',
    },
  ]
  const decision = fieldValue(report.decision)
  if (decision) {
    const { strategy, stopped, action } = decision
    steps.push({
      at: '',
      mark: { strategy },
      title: `${supervisorOf(decision)}, ${strategy}`,
      detail:
        stopped.length > 0
          ? `stops ${plural(stopped.length, 'sibling')}`
          : { restart: 'restarts it', leave: 'leaves it down', give_up: 'gives up' }[action],
      tone: null,
    })
  }
  const outcome = fieldValue(report.outcome)
  const mailbox = fieldValue(report.mailbox)
  const lost = mailbox?.fate === 'lost' && mailbox.length > 0 ? plural(mailbox.length, 'message') : null
  if (outcome?.kind === 'restarted') {
    const many = decision && decision.stopped.length > 0 ? decision.stopped.length + 1 : null
    steps.push({
      at: outcome.backAfterMs === null ? '' : duration(outcome.backAfterMs),
      mark: 'busy',
      title: many ? `all ${many} running` : 'running again',
      detail: lost ? `${lost} lost` : outcome.newPid ? `as ${outcome.newPid}` : '',
      tone: 'signal',
    })
  } else if (outcome?.kind === 'given_up') {
    steps.push({
      at: '',
      mark: 'crashed',
      title: outcome.escalatedTo ? `${outcome.escalatedTo} decides` : 'nobody decides',
      detail: lost ? `${lost} lost` : 'the supervisor exits too',
      tone: 'crashed',
    })
  } else if (outcome?.kind === 'not_restarted') {
    steps.push({
      at: '',
      mark: 'suspended',
      title: 'stays down',
      detail: lost ? `${lost} lost` : '',
      tone: null,
    })
  }
  return steps
}

function supervisorOf(decision: { supervisor: { name: string | null; key: string } }): string {
  const { name, key } = decision.supervisor
  return name ?? key.split('/').at(-1) ?? key
}
