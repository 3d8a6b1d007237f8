/** What `orrery faults` is told. */
import { parseArgs } from 'node:util'
import type { HubAddress } from '../ask-hub.ts'
import { UsageError } from '../usage-error.ts'

export const ACTIONS = ['run', 'dry-run', 'list', 'show', 'stop', 'halt', 'release'] as const
export type Action = (typeof ACTIONS)[number]

/** The verdict from which on a run has failed. */
export const FAIL_ON = ['degraded', 'escalated'] as const
export type FailOn = (typeof FAIL_ON)[number]

export interface FaultsSettings {
  action: Action
  /** A file, or the id of an experiment; empty where the action needs none. */
  subject: string
  hub: HubAddress
  waits: boolean
  failOn: FailOn
  seed: number | null
  withinMs: number
  isJson: boolean
}

export const FAULTS_USAGE = `orrery faults <action> [options]

  run <file>       start the experiment in a JSON file (- for standard input)
  dry-run <file>   say what it would hit and what might follow; nothing is changed
  list             experiments, the newest first
  show <id>        one experiment, like F-0193, with its resilience report
  stop <id>        end it now
  halt             end everything and take nothing new
  release          take experiments again

  --hub <address>       default: ORRERY_HUB_URL, else http://127.0.0.1:4040
  --token <token>       default: ORRERY_OPERATOR_TOKEN
  --wait                follow a run until its resilience report is there, and judge by it
  --fail-on <verdict>   with --wait: degraded, escalated (default)
  --seed <number>       replay: the same seed, the same firings
  --within <seconds>    with --wait: how long to follow it; default 3600
  --json                print what the hub answered
  -h, --help

Exit code: 0 done, and with --wait the verdict is better than --fail-on; 1 it is not; 2 refused, or not known how it ended; 64 misused.
`

const NEEDS: Partial<Record<Action, string>> = {
  run: 'a file',
  'dry-run': 'a file',
  show: 'the id of an experiment',
  stop: 'the id of an experiment',
}

/** @returns `null` where only help was asked for. @throws {UsageError} */
export function readFaultsArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): FaultsSettings | null {
  const { values, positionals } = parsed([...argv])
  if (values.help === true) return null
  const [given, subject = '', ...more] = positionals
  const action = ACTIONS.find((each) => each === given)
  if (action === undefined)
    throw new UsageError(`orrery faults takes ${ACTIONS.join(', ')}, not ${given ?? 'nothing'}`)
  const need = NEEDS[action]
  if (need !== undefined && subject === '') throw new UsageError(`orrery faults ${action} needs ${need}`)
  if (more.length > 0 || (need === undefined && subject !== ''))
    throw new UsageError(`what is ${more[0] ?? subject}?`)
  const failOn = FAIL_ON.find((each) => each === (values['fail-on'] ?? 'escalated'))
  if (failOn === undefined)
    throw new UsageError(`--fail-on takes ${FAIL_ON.join(', ')}, not ${values['fail-on']}`)
  return {
    action,
    subject,
    hub: {
      url: address(values.hub ?? env.ORRERY_HUB_URL ?? 'http://127.0.0.1:4040'),
      token: values.token ?? env.ORRERY_OPERATOR_TOKEN ?? null,
    },
    waits: values.wait === true,
    failOn,
    seed: values.seed === undefined ? null : whole('--seed', values.seed, 4_294_967_295),
    withinMs: 1_000 * whole('--within', values.within ?? '3600', 86_400),
    isJson: values.json === true,
  }
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        hub: { type: 'string' },
        token: { type: 'string' },
        wait: { type: 'boolean' },
        'fail-on': { type: 'string' },
        seed: { type: 'string' },
        within: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function address(text: string): string {
  if (URL.canParse(text) && /^(https?|wss?):/.test(text)) return text
  throw new UsageError(`--hub takes an http(s) address, not ${text}`)
}

function whole(name: string, text: string, most: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= most) return number
  throw new UsageError(`${name} takes a whole number up to ${most}, not ${text}`)
}
