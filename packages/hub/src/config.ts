/**
 * The hub's settings, read once from the environment. All faults are named at once, one clear line each, because nobody
 * wants to learn of them one start at a time.
 */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'

export interface HubConfig {
  port: number
  host: string
  /** Whether only this machine can reach `host`. */
  isLoopback: boolean
  /** Where browsers reach the hub, without a path; `null` when it was not said. */
  publicUrl: string | null
  /** Absolute. */
  dataDir: string
  /** `null` starts the embedded database. */
  databaseUrl: string | null
  redisUrl: string | null
  agentToken: string | null
  operatorToken: string | null
  viewerToken: string | null
  retentionDays: number
  /** `null` for the store's own bound. */
  retentionMb: number | null
}

export type Environment = Record<string, string | undefined>

/** Thrown by `readConfig`; `message` holds every fault, a line each. */
export class ConfigError extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(faults.join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

const TOKEN_CHARS = 16

/**
 * Reads the settings. An empty value counts as unset.
 *
 * @throws ConfigError naming every fault
 */
export function readConfig(env: Environment, cwd: string = process.cwd()): HubConfig {
  const faults: string[] = []
  const setting = <T>(name: string, schema: z.ZodType<T>, fallback: T): T => {
    const text = env[name]?.trim()
    if (text === undefined || text === '') return fallback
    const parsed = schema.safeParse(text)
    if (parsed.success) return parsed.data
    faults.push(`${name}: ${parsed.error.issues[0]?.message ?? 'not understood'}`)
    return fallback
  }
  const config: HubConfig = {
    port: setting('ORRERY_PORT', whole(0, 65_535, 'a port is a whole number from 0 to 65535'), 4040),
    host: setting('ORRERY_HOST', host, '127.0.0.1'),
    isLoopback: true,
    publicUrl: setting<string | null>('ORRERY_PUBLIC_URL', publicUrl, null),
    dataDir: resolve(cwd, setting('ORRERY_DATA', z.string(), '.orrery')),
    databaseUrl: setting<string | null>(
      'DATABASE_URL',
      url(['postgres:', 'postgresql:'], 'postgres://'),
      null,
    ),
    redisUrl: setting<string | null>('REDIS_URL', url(['redis:', 'rediss:'], 'redis://'), null),
    agentToken: setting<string | null>('ORRERY_AGENT_TOKEN', token, null),
    operatorToken: setting<string | null>('ORRERY_OPERATOR_TOKEN', token, null),
    viewerToken: setting<string | null>('ORRERY_VIEWER_TOKEN', token, null),
    retentionDays: setting('ORRERY_RETENTION_DAYS', whole(1, 36_500, 'days are a whole number from 1'), 30),
    retentionMb: setting<number | null>(
      'ORRERY_RETENTION_MB',
      whole(1, 1_000_000_000, 'megabytes are a whole number from 1'),
      null,
    ),
  }
  config.isLoopback = isLoopbackHost(config.host)
  faults.push(...together(config))
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}

/** What only shows when settings are read together. */
function together(config: HubConfig): string[] {
  const faults: string[] = []
  const isOpen = !config.isLoopback
  const missing = [
    ...(config.operatorToken === null ? ['ORRERY_OPERATOR_TOKEN'] : []),
    ...(config.agentToken === null ? ['ORRERY_AGENT_TOKEN'] : []),
  ]
  if (isOpen && missing.length > 0) {
    faults.push(
      `ORRERY_HOST: ${config.host} can be reached from other machines; set ${missing.join(' and ')}, or listen on 127.0.0.1`,
    )
  }
  if (config.viewerToken !== null && config.viewerToken === config.operatorToken) {
    faults.push(
      'ORRERY_VIEWER_TOKEN: is the same as ORRERY_OPERATOR_TOKEN, so every viewer would be an operator',
    )
  }
  if (config.viewerToken !== null && config.operatorToken === null) {
    faults.push('ORRERY_VIEWER_TOKEN: is set without ORRERY_OPERATOR_TOKEN, so nobody could operate')
  }
  return faults
}

/** `localhost`, `127.0.0.0/8` and `::1`: addresses only this machine can reach. */
export function isLoopbackHost(name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, '').toLowerCase()
  if (bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1') return true
  return isIP(bare) === 4 && bare.startsWith('127.')
}

function whole(min: number, max: number, message: string) {
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((n) => n >= min && n <= max, message)
}

const host = z
  .string()
  .max(255)
  .refine(
    (text) => isIP(text) !== 0 || /^(?!\d+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)*$/i.test(text),
    'a host is an address like 127.0.0.1 or a name like localhost',
  )

const publicUrl = z
  .string()
  .refine((text) => {
    const parsed = parseUrl(text)
    return (
      parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.pathname === '/' && parsed.search === ''
    )
  }, 'a public address is like https://orrery.example.org, without a path')
  .transform((text) => new URL(text).origin)

function url(protocols: string[], example: string) {
  return z
    .string()
    .refine((text) => protocols.includes(parseUrl(text)?.protocol ?? ''), `an address begins with ${example}`)
}

const token = z
  .string()
  .min(TOKEN_CHARS, `a token has at least ${TOKEN_CHARS} characters`)
  .max(512, 'a token has at most 512 characters')
  .regex(/^[\x21-\x7e]+$/, 'a token is printable ASCII without spaces')

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

/** The address people use: as it was set, else where it listens. */
export function addressOf(config: Pick<HubConfig, 'publicUrl' | 'host' | 'port'>): string {
  if (config.publicUrl !== null) return config.publicUrl
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return `http://${host}:${config.port}`
}
