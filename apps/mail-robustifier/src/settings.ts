/** What the demo is told: flags, else the environment, else defaults. All faults are named at once. */
import { parseArgs } from 'node:util'

export interface Settings {
  /** Port of the front-end on loopback; 0 takes a free one. */
  smtpPort: number
  /** Folder of mail that was accepted and has not arrived. */
  dataDir: string
  /** Mails a second that the generator sends, over all senders; 0 for none. */
  mailsPerS: number
  /** Whether back-ends go away now and then. */
  hasOutages: boolean
  /** Makes generator and outages repeatable. */
  seed: number
}

/** Settings that cannot be meant; the message is for the person who started it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly code = 'demo.settings'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('; '))
    this.faults = faults
  }
}

export const USAGE = `mail-robustifier: an SMTP front-end that survives its back-ends, observed by Orrery

  --smtp-port N    MAIL_SMTP_PORT   port of the front-end on loopback    default 0, a free one
  --data DIR       MAIL_DATA        folder of accepted mail              default .orrery-mail
  --rate N         MAIL_RATE        mails a second, 0 to 50              default 3
  --outages on|off MAIL_OUTAGES     back-ends go away now and then       default on
  --seed N         ORRERY_SEED      repeats a run                        default by the clock

The agent takes ORRERY_HUB_URL, ORRERY_AGENT_TOKEN, ORRERY_FAULTS, ORRERY_SPOOL_DIR and ORRERY_SPOOL_MB.
`

type Env = Record<string, string | undefined>

/** `null` when help was asked for. @throws {SettingsError} naming every fault. */
export function readSettings(args: readonly string[], env: Env, nowMs: number): Settings | null {
  const flags = readFlags(args)
  if (flags.help === true) return null
  const faults: string[] = []
  const text = (flag: string, variable: string, fallback: string): string =>
    (flags[flag] as string | undefined) ?? (env[variable] || fallback)
  const number = (
    flag: string,
    variable: string,
    fallback: number,
    [low, high]: [number, number],
  ): number => {
    const given = text(flag, variable, String(fallback))
    const value = Number(given)
    if (given.trim() !== '' && value >= low && value <= high) return value
    faults.push(`${variable} takes a number from ${low} to ${high}, not ${JSON.stringify(given)}`)
    return fallback
  }
  const outages = text('outages', 'MAIL_OUTAGES', 'on')
  if (outages !== 'on' && outages !== 'off')
    faults.push(`MAIL_OUTAGES takes on or off, not ${JSON.stringify(outages)}`)
  const settings: Settings = {
    smtpPort: Math.trunc(number('smtp-port', 'MAIL_SMTP_PORT', 0, [0, 65_535])),
    dataDir: text('data', 'MAIL_DATA', '.orrery-mail'),
    mailsPerS: number('rate', 'MAIL_RATE', 3, [0, 50]),
    hasOutages: outages === 'on',
    seed: number('seed', 'ORRERY_SEED', nowMs, [0, Number.MAX_SAFE_INTEGER]),
  }
  if (faults.length > 0) throw new SettingsError(faults)
  return settings
}

function readFlags(args: readonly string[]): Record<string, string | boolean | undefined> {
  const value = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'smtp-port': value,
        data: value,
        rate: value,
        outages: value,
        seed: value,
        help: { type: 'boolean', short: 'h' },
      },
    })
    return values
  } catch (error) {
    throw new SettingsError([error instanceof Error ? error.message : String(error)])
  }
}
