/**
 * An experiment's resilience report for whoever is not on the page: pass or fail for CI, a text for a ticket, JUnit for what
 * reads that. Pure.
 */
import { type Experiment, type FaultReport, faultNamed, type Step, VERDICTS } from '@orrery/protocol/faults'

export type FailOn = 'degraded' | 'escalated'

/** Why there is no report yet; `null` where there is one. */
export function whyNoReport({ status, resilience, targets }: Experiment): string | null {
  if (status === 'scheduled' || status === 'running' || status === 'ending')
    return `It is ${status}; its report comes after its end.`
  if (resilience === null && targets.some(({ state }) => state !== 'intended' && state !== 'refused'))
    return 'It is over and not judged yet: that takes ten seconds, for what restarts to be back.'
  return null
}

/** An experiment that never injected anything has shown nothing, so it does not pass. */
export function reportOf(experiment: Experiment, failOn: FailOn): FaultReport {
  const { resilience } = experiment
  const verdict = resilience?.verdict ?? null
  const because = resilience?.because ?? [
    `Nothing was injected${experiment.endedWhy === '' ? '' : `: ${experiment.endedWhy}`}.`,
  ]
  const pass = verdict !== null && VERDICTS.indexOf(verdict) < VERDICTS.indexOf(failOn)
  return { pass, failOn, verdict, because, experiment }
}

/** Plain text, as for a ticket. */
export function reportText({ experiment, verdict, because, pass, failOn }: FaultReport): string {
  const { id, name, by, seed, startedAt, endedAt, endedBy, endedWhy, nodes, resilience, routine } = experiment
  const lines = [
    `${id}${name === '' ? '' : ` ${name}`}: ${verdict ?? 'nothing injected'} (${pass ? 'passes' : 'fails'}, fails on ${failOn})`,
    '',
    ...because.map((why) => `- ${why}`),
    '',
    ...table([
      ['By', routine === null ? by : `${by} (${routine})`],
      ['From', startedAt ?? 'never begun'],
      [
        'To',
        endedAt === null
          ? ''
          : `${endedAt}${endedBy === null ? '' : `, ${endedBy}`}${endedWhy === '' ? '' : `: ${endedWhy}`}`,
      ],
      ['Nodes', nodes.join(', ')],
      ['Seed', String(seed)],
      ...experiment.steps.map((step, place): [string, string] => [`Step ${place + 1}`, stepText(step)]),
      ['Targets', targetsText(experiment)],
      ['Firings', count(experiment.firings)],
    ]),
  ]
  if (resilience !== null) {
    lines.push(
      '',
      ...table([
        ['Crashes caused', count(resilience.crashesCaused)],
        ['Other crashes', count(resilience.crashesOther)],
        ['Restarts', count(resilience.restarts)],
        ['Largest cascade', count(resilience.cascadeLargest)],
        ['Recovery p50, p99', `${ms(resilience.recoveryP50Ms)}, ${ms(resilience.recoveryP99Ms)}`],
        ['Messages touched', count(resilience.messagesTouched)],
        ['Messages dropped', count(resilience.messagesDropped)],
        ['Messages lost', count(resilience.messagesLost)],
        ['Longest mailbox', beside(resilience.mailboxPeak, count)],
        [
          'Handled',
          beside(resilience.handledPerS, (perS) => `${perS < 10 ? perS.toFixed(1) : count(perS)}/s`),
        ],
        ['Handling p99', beside(resilience.handlingP99Ms, ms)],
        [
          'Gave up',
          resilience.escalations
            .map(({ supervisor, to }) => (to === null ? supervisor : `${supervisor}, to ${to}`))
            .join('; ') || 'nobody',
        ],
        ['Did not come back', count(resilience.notBack)],
      ]),
    )
  }
  return `${lines.join('\n')}\n`
}

/** One test case of one suite. */
export function reportJunit(report: FaultReport): string {
  const { experiment, pass, verdict, because } = report
  const title = xml(`${experiment.id}${experiment.name === '' ? '' : ` ${experiment.name}`}`)
  const took = seconds(experiment)
  const failure = pass
    ? ''
    : `\n      <failure message="${xml(`${verdict ?? 'nothing injected'}: ${because[0] ?? ''}`)}">${xml(reportText(report))}</failure>\n    `
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="orrery faults" tests="1" failures="${pass ? 0 : 1}" time="${took}">
    <testcase classname="orrery.faults" name="${title}" time="${took}">${failure}</testcase>
  </testsuite>
</testsuites>
`
}

function stepText({ fault, target, parameters, durationMs }: Step): string {
  const what =
    'query' in target
      ? `${target.query}${target.from === undefined ? '' : `, from ${target.from}`}`
      : 'pid' in target
        ? `${target.pid} on ${target.node}`
        : 'port' in target
          ? `port ${target.port} of ${target.node}`
          : target.node
  const given = Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${String(value)}`)
  const lasts = durationMs === null ? 'until ended' : `for ${ms(durationMs)}`
  const how = [...given, faultNamed(fault)?.life === 'shot' ? 'once' : lasts]
  return `${fault} on ${what} (${how.join(', ')})`
}

function targetsText({ targets }: Experiment): string {
  const states = new Map<string, number>()
  for (const { state } of targets) states.set(state, (states.get(state) ?? 0) + 1)
  return [...states].map(([state, n]) => `${count(n)} ${state}`).join(', ') || 'none'
}

function table(rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2
  return rows.filter(([, value]) => value !== '').map(([label, value]) => `${label.padEnd(width)}${value}`)
}

function beside(
  { before, during }: { before: number | null; during: number | null },
  say: (n: number) => string,
): string {
  const told = (value: number | null): string => (value === null ? 'not measured' : say(value))
  return `${told(during)}, before ${told(before)}`
}

function seconds({ startedAt, endedAt }: Experiment): string {
  if (startedAt === null || endedAt === null) return '0'
  return ((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000).toFixed(3)
}

function count(n: number): string {
  return Math.round(n).toLocaleString('en-US')
}

function ms(value: number | null): string {
  if (value === null) return 'none'
  return value >= 1_000
    ? `${(value / 1_000).toFixed(2)} s`
    : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

const ESCAPES: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
}

/** What XML 1.0 cannot hold becomes its replacement character. */
function xml(text: string): string {
  return text
    .replace(/[<>&"']/g, (found) => ESCAPES[found] ?? found)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
}
