/** The resilience report in lines: each figure beside the one of the same time before. Pure. */
import type { Experiment, Resilience, Step } from '@orrery/protocol/faults'
import { refusedText } from '../inspector/action-model.ts'
import { count, duration, rate } from '../live/format.ts'
import type { Kind } from './lab-api.ts'
import { lastingText, whenText } from './words.ts'

export interface ReportLine {
  name: string
  before: string
  during: string
  /** Worse than before, so that it takes colour. */
  isWorse: boolean
}

export function reportLines(report: Resilience): ReportLine[] {
  const compared = (
    name: string,
    { before, during }: { before: number | null; during: number | null },
    words: (value: number) => string,
    isBetterLess: boolean,
  ): ReportLine => ({
    name,
    before: before === null ? '–' : words(before),
    during: during === null ? '–' : words(during),
    isWorse:
      before !== null &&
      during !== null &&
      (isBetterLess ? during > before * 1.2 + 1e-9 : during < before * 0.9 - 1e-9),
  })
  const alone = (name: string, value: string, isWorse: boolean): ReportLine => ({
    name,
    before: '',
    during: value,
    isWorse,
  })
  return [
    compared('Handled', report.handledPerS, (value) => `${rate(value)}/s`, false),
    compared('Handling p99', report.handlingP99Ms, duration, true),
    compared('Longest mailbox', report.mailboxPeak, count, true),
    alone('Crashes caused', count(report.crashesCaused), report.crashesCaused > 0),
    alone('Other crashes meanwhile', count(report.crashesOther), false),
    alone('Restarts', count(report.restarts), false),
    alone('Recovery p50', report.recoveryP50Ms === null ? '–' : duration(report.recoveryP50Ms), false),
    alone('Recovery p99', report.recoveryP99Ms === null ? '–' : duration(report.recoveryP99Ms), false),
    alone('Messages touched', count(report.messagesTouched), false),
    alone('Messages dropped', count(report.messagesDropped), report.messagesDropped > 0),
    alone('Messages lost in mailboxes', count(report.messagesLost), report.messagesLost > 0),
    alone('Largest cascade', count(report.cascadeLargest), report.cascadeLargest > 1),
    alone('Did not come back', count(report.notBack), report.notBack > 0),
  ]
}

/** A step as one reads it: what, upon what, how, when, for how long. */
export function stepWords(
  step: Step,
  kind: Kind | undefined,
): { title: string; target: string; how: string[] } {
  const { target } = step
  const where =
    'query' in target
      ? target.from
        ? `${target.from} → ${target.query}`
        : target.query
      : 'pid' in target
        ? `${target.pid} on ${target.node}`
        : 'port' in target
          ? `${target.port} on ${target.node}`
          : target.node
  const parameters = Object.entries(step.parameters)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => {
      const field = kind?.form.find((one) => one.name === name)
      const unit = field?.type === 'number' && field.unit !== '' ? ` ${field.unit}` : ''
      const option =
        field?.type === 'choice' ? field.options.find((one) => one.value === value)?.label : undefined
      return `${(field?.label ?? name).toLowerCase()} ${option ?? String(value)}${unit}`
    })
  const when = step.when ?? kind?.when ?? null
  const lasts =
    kind?.life === 'shot'
      ? []
      : [step.durationMs === null ? 'until halted' : `for ${lastingText(step.durationMs)}`]
  return {
    title: kind?.title ?? step.fault,
    target: where,
    how: [...parameters, ...(when === null ? [] : [whenText(when)]), ...lasts, step.follow],
  }
}

export type TargetRow = Experiment['targets'][number] & { place: number }

/** Targets with their place in the record, those that want an eye first: a schedule has one for each run. */
export function targetRows(targets: Experiment['targets']): TargetRow[] {
  const order = ['unverified', 'refused', 'injected', 'intended', 'gone', 'recovered']
  return targets
    .map((target, place) => ({ ...target, place }))
    .sort(
      (a, b) =>
        order.indexOf(a.state) - order.indexOf(b.state) ||
        b.firings - a.firings ||
        a.key.localeCompare(b.key),
    )
}

/** What the node said of a target in the end, or why it was not taken. */
export function readBackText({ readBack, code }: Pick<TargetRow, 'readBack' | 'code'>): string {
  return readBack !== '' || code === '' ? readBack : refusedText(code, code)
}

/** How each state of a target is drawn. */
export const TARGET_GLYPH = {
  intended: 'waiting',
  injected: 'fault',
  recovered: 'running',
  gone: 'exited',
  unverified: 'backlog',
  refused: 'crashed',
} as const
