/** What the exchange is told: flags, else the environment, else defaults. All faults are named at once. */
import { parseArgs } from 'node:util'

export interface Settings {
  /** Like `exchange@kista-1`. */
  node: string
  /** Two digits: its own numbers begin with them. */
  area: string
  /** All areas that can be dialled, its own among them. */
  areas: readonly string[]
  /** Processes in all, most of them calls. */
  processes: number
  callsPerS: number
  /** Port that it waits on for the other exchange, or that it connects to. */
  trunkListen: number | null
  trunkConnect: number | null
  dataDir: string
  hasMishaps: boolean
  /** Changes its release so often by itself; 0 for never. */
  upgradeEveryS: number
  seed: number
}

/** Settings that cannot be meant; the message is for the person who started it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly code = 'exchange.settings'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('; '))
    this.faults = faults
  }
}

const FLAGS = {
  name: { variable: 'EXCHANGE_NAME', about: 'name of the node', fallback: 'exchange@kista-1' },
  area: { variable: 'EXCHANGE_AREA', about: 'two digits, its own numbers', fallback: '08' },
  areas: { variable: 'EXCHANGE_AREAS', about: 'areas that can be dialled', fallback: 'its own' },
  processes: { variable: 'EXCHANGE_PROCESSES', about: 'processes in all, 100 to 1,000,000', fallback: '600' },
  rate: { variable: 'EXCHANGE_RATE', about: 'calls a second, 0 to 5,000', fallback: '10' },
  'trunk-listen': {
    variable: 'EXCHANGE_TRUNK_LISTEN',
    about: 'port to wait for the other exchange',
    fallback: 'none',
  },
  'trunk-connect': {
    variable: 'EXCHANGE_TRUNK_CONNECT',
    about: 'port of the other exchange',
    fallback: 'none',
  },
  data: { variable: 'EXCHANGE_DATA', about: 'folder of the ledger', fallback: '.orrery-exchange' },
  mishaps: {
    variable: 'EXCHANGE_MISHAPS',
    about: 'noise on the line, worn-out telephones: on or off',
    fallback: 'on',
  },
  'upgrade-every': {
    variable: 'EXCHANGE_UPGRADE_EVERY',
    about: 'seconds between two releases, 0 for never',
    fallback: '0',
  },
  seed: { variable: 'ORRERY_SEED', about: 'repeats a run', fallback: 'by the clock' },
} as const
type Flag = keyof typeof FLAGS

export const USAGE = `exchange: a telephone exchange after the AXD301, observed by Orrery

${Object.entries(FLAGS)
  .map(
    ([flag, { variable, about, fallback }]) =>
      `  --${flag.padEnd(14)} ${variable.padEnd(23)} ${about}; default ${fallback}`,
  )
  .join('\n')}

SIGUSR2 changes its release while calls are set up. The agent takes ORRERY_HUB_URL, ORRERY_AGENT_TOKEN, ORRERY_FAULTS, ORRERY_SPOOL_DIR
and ORRERY_SPOOL_MB.
`

type Env = Record<string, string | undefined>

/** `null` when help was asked for. @throws {SettingsError} naming every fault. */
export function readSettings(args: readonly string[], env: Env, nowMs: number): Settings | null {
  const flags = readFlags(args)
  if (flags.help === true) return null
  const faults: string[] = []
  const text = (flag: Flag, fallback: string): string =>
    (flags[flag] as string | undefined) ?? (env[FLAGS[flag].variable] || fallback)
  const number = (flag: Flag, fallback: number, [low, high]: [number, number]): number => {
    const given = text(flag, String(fallback))
    const value = Number(given)
    if (given.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return value
    faults.push(
      `${FLAGS[flag].variable} takes a whole number from ${low} to ${high}, not ${JSON.stringify(given)}`,
    )
    return fallback
  }
  const port = (flag: Flag): number | null =>
    text(flag, 'none') === 'none' ? null : number(flag, 1, [1, 65_535])
  const area = text('area', '08')
  const areas = text('areas', area).split(',')
  for (const each of [area, ...areas]) {
    if (!/^\d\d$/.test(each)) faults.push(`an area is two digits, not ${JSON.stringify(each)}`)
  }
  if (!areas.includes(area)) faults.push(`EXCHANGE_AREAS must hold its own area ${area}`)
  const mishaps = text('mishaps', 'on')
  if (mishaps !== 'on' && mishaps !== 'off')
    faults.push(`EXCHANGE_MISHAPS takes on or off, not ${JSON.stringify(mishaps)}`)
  const settings: Settings = {
    node: text('name', 'exchange@kista-1'),
    area,
    areas,
    processes: number('processes', 600, [100, 1_000_000]),
    callsPerS: number('rate', 10, [0, 5_000]),
    trunkListen: port('trunk-listen'),
    trunkConnect: port('trunk-connect'),
    dataDir: text('data', '.orrery-exchange'),
    hasMishaps: mishaps === 'on',
    upgradeEveryS: number('upgrade-every', 0, [0, 86_400]),
    seed: number('seed', nowMs, [0, Number.MAX_SAFE_INTEGER]),
  }
  if (settings.trunkListen !== null && settings.trunkConnect !== null)
    faults.push('an exchange listens or connects, not both')
  if (faults.length > 0) throw new SettingsError(faults)
  return settings
}

function readFlags(args: readonly string[]): Record<string, string | boolean | undefined> {
  const options = Object.fromEntries(Object.keys(FLAGS).map((flag) => [flag, { type: 'string' as const }]))
  try {
    return parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h' } } })
      .values as never
  } catch (error) {
    throw new SettingsError([error instanceof Error ? error.message : String(error)])
  }
}
