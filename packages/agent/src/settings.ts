/** What the agent is told: options of `observe`, else `ORRERY_*` of the environment, else defaults. All faults at once. */
import { join } from 'node:path'
import type { Edition } from '@orrery/protocol/codec'
import { z } from 'zod'
import type { Logger } from './logger.ts'
import type { RedactOptions } from './redact.ts'

export interface ObserveOptions {
  /** Address of the hub; default `ORRERY_HUB_URL`, else `http://127.0.0.1:4040`. */
  hub?: string
  /** Agent token of the hub; default `ORRERY_AGENT_TOKEN`, else none. */
  token?: string | null
  /** Folder under which this node gets its own spool folder; default `ORRERY_SPOOL_DIR`, else `.orrery-spool`. */
  spoolDir?: string
  /** Bound of the spool on disk in MB; default `ORRERY_SPOOL_MB`, else 64. */
  spoolMb?: number
  /** `allow` lets the hub change this node: kill, suspend, send, faults. Default `ORRERY_FAULTS`, else refused. */
  faults?: 'allow' | 'refuse'
  /** What is hidden beside the defaults. */
  redact?: RedactOptions
  /** Further names of the environment that the hub may be told; values that look like secrets never are. */
  environment?: readonly string[]
  /** Called when a crash report is accepted: when it has been written to the spool file, before anything else happens. */
  onAccepted?: (crashId: string) => void
  /** Default: standard error. */
  logger?: Logger
  /** @internal Versions to speak in place of this build's: for trying neighbours together. */
  edition?: Edition
  /** Folder that file names in stacks are shown below; default the working directory. */
  root?: string
}

export interface Settings {
  hub: string
  token: string | null
  spoolDir: string
  spoolBytes: number
  isArmed: boolean
  root: string
}

/** Options or settings that cannot be meant; `faults` names every one of them. */
export class AgentSettingsError extends Error {
  override readonly name = 'AgentSettingsError'
  readonly code = 'agent.settings'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`the agent cannot start: ${faults.join('; ')}`)
    this.faults = faults
  }
}

const url = z
  .url({ protocol: /^(https?|wss?)$/ })
  .refine((text) => new URL(text).pathname === '/')
  .transform((text) => text.replace(/\/+$/, ''))

/** @throws {AgentSettingsError} naming every setting that is wrong. */
export function readSettings(
  node: string,
  options: ObserveOptions,
  env: Record<string, string | undefined> = process.env,
): Settings {
  const faults: string[] = []
  const take = <T>(name: string, schema: z.ZodType<T>, value: unknown, fallback: T, cure: string): T => {
    if (value === undefined || value === '') return fallback
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    faults.push(`${name} ${cure}`)
    return fallback
  }
  const faultsSetting = options.faults ?? env.ORRERY_FAULTS
  const settings: Settings = {
    hub: take(
      'ORRERY_HUB_URL',
      url,
      options.hub ?? env.ORRERY_HUB_URL,
      'http://127.0.0.1:4040',
      'takes an http(s) address without a path',
    ),
    token: take(
      'ORRERY_AGENT_TOKEN',
      z.string().max(512).nullable(),
      options.token === undefined ? env.ORRERY_AGENT_TOKEN : options.token,
      null,
      'has at most 512 characters',
    ),
    spoolDir: join(
      take(
        'ORRERY_SPOOL_DIR',
        z.string(),
        options.spoolDir ?? env.ORRERY_SPOOL_DIR,
        '.orrery-spool',
        'takes a folder',
      ),
      folderName(node),
    ),
    spoolBytes:
      1_048_576 *
      take(
        'ORRERY_SPOOL_MB',
        z.coerce.number().min(1).max(1_048_576),
        options.spoolMb ?? env.ORRERY_SPOOL_MB,
        64,
        'takes a number of megabytes, 1 or more',
      ),
    isArmed: faultsSetting === 'allow',
    root: options.root ?? process.cwd(),
  }
  if (faultsSetting !== undefined && !['', 'allow', 'refuse'].includes(faultsSetting)) {
    faults.push('ORRERY_FAULTS takes allow or refuse')
  }
  if (faults.length > 0) throw new AgentSettingsError(faults)
  return settings
}

/** A node's name is a plain file name already (`nodeName`); this keeps it one whatever comes. */
function folderName(node: string): string {
  return node.replace(/[^\w.@-]/g, '_').slice(0, 200)
}
