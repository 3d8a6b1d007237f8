/** What is printed of experiments: lines for a person. Pure. */
import type { DryRun, Experiment, Resilience } from '@orrery/protocol/faults'

/** One line, for lists and while a run is followed. */
export function lineOf(experiment: Experiment): string {
  const { id, status, endedBy, steps, targets, firings, crashes, name, resilience } = experiment
  const state = endedBy === null ? status : `${status} (${endedBy})`
  const verdict = resilience === null ? '' : `, ${resilience.verdict}`
  const title = name === '' ? steps.map(({ fault }) => fault).join(', ') : name
  return `${id}  ${state}${verdict}  ${title}: ${plural(targets.length, 'target')}, ${plural(firings, 'firing')}, ${plural(crashes, 'crash', 'crashes')}`
}

export function reportOf(experiment: Experiment): string {
  const { targets, resilience, endedWhy, seed } = experiment
  const states = new Map<string, number>()
  for (const { state } of targets) states.set(state, (states.get(state) ?? 0) + 1)
  const told = [...states].map(([state, count]) => `${count} ${state}`).join(', ')
  const unproven = targets.filter(({ state }) => state === 'unverified' || state === 'refused').slice(0, 10)
  return [
    lineOf(experiment),
    ...(endedWhy === '' ? [] : [`  why it ended    ${endedWhy}`]),
    `  targets         ${told === '' ? 'none' : told}`,
    ...unproven.map(({ node, key, state, code, readBack }) =>
      `    ${state}: ${node} ${key} ${code} ${readBack}`.trimEnd(),
    ),
    `  seed            ${seed}`,
    ...(resilience === null ? [] : resilienceLines(resilience)),
  ].join('\n')
}

function resilienceLines(resilience: Resilience): string[] {
  const { verdict, because, crashesCaused, crashesOther, restarts, recoveryP50Ms, recoveryP99Ms } = resilience
  const { messagesTouched, messagesDropped, messagesLost, mailboxPeak, handledPerS, handlingP99Ms } =
    resilience
  const { cascadeLargest, escalations, notBack } = resilience
  const escalated = escalations.map(({ supervisor, to }) => `${supervisor} to ${to ?? 'nobody'}`).join(', ')
  return [
    `  verdict         ${verdict}`,
    ...because.map((sentence) => `    ${sentence}`),
    `  crashes         ${crashesCaused} caused, ${crashesOther} others, largest cascade ${cascadeLargest}`,
    `  restarts        ${restarts}, back after ${ms(recoveryP50Ms)} (half), ${ms(recoveryP99Ms)} (99 of 100), not back: ${notBack}`,
    `  messages        ${messagesTouched} touched, ${messagesDropped} dropped, ${messagesLost} lost`,
    `  before, during  handled/s ${beside(handledPerS)}; mailbox peak ${beside(mailboxPeak)}; handling p99 ms ${beside(handlingP99Ms)}`,
    `  escalations     ${escalated === '' ? 'none' : escalated}`,
  ]
}

export function dryRunOf(run: DryRun): string {
  const { matching, targets, refused, sharePercent, warnings, refusal, seed } = run
  return [
    refusal === null ? 'it would run' : `it would be refused: ${refusal.message} (${refusal.code})`,
    `  targets         ${targets.length} of ${matching} that match, at most ${figure(sharePercent)} % of a node`,
    ...targets.slice(0, 20).map(({ step, node, key }) => `    step ${step + 1}: ${node} ${key}`.trimEnd()),
    ...(targets.length > 20 ? [`    and ${targets.length - 20} more`] : []),
    ...refused
      .slice(0, 20)
      .map(({ node, key, code, message }) => `    refused: ${node} ${key} ${message} (${code})`),
    ...warnings.map((warning) => `  warning         ${warning}`),
    `  seed            ${seed}`,
  ].join('\n')
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function ms(value: number | null): string {
  return value === null ? 'no figure' : `${figure(value)} ms`
}

function beside({ before, during }: { before: number | null; during: number | null }): string {
  const told = (value: number | null) => (value === null ? 'no figure' : figure(value))
  return `${told(before)}, ${told(during)}`
}

function figure(value: number): string {
  return String(Math.round(value * 100) / 100)
}
