/**
 * Facts of the host for the hello. Of the environment only names on the list are told, and of those and of the flags
 * nothing whose name or shape looks like a secret's: it is `null` then, which tells no length either.
 */
import { arch, availableParallelism, platform, totalmem } from 'node:os'
import { FACT_LIMITS, type NodeFacts } from '@orrery/protocol'
import type { Redactor } from './redact.ts'

/** Names of the environment that are told unless the host adds more. */
const ALLOWED = [
  /^ORRERY_[A-Z_]+$/,
  /^(NODE_ENV|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|UV_THREADPOOL_SIZE|TZ|LANG|HOSTNAME|HOST|PORT)$/,
  /^(DATABASE_URL|REDIS_URL)$/,
]

export interface FactsOptions {
  redactor: Pick<Redactor, 'text' | 'isSecretKey'>
  /** Further names of the environment that may be told. */
  environment?: readonly string[]
  env?: Record<string, string | undefined>
  execArgv?: readonly string[]
}

export function hostFacts(options: FactsOptions): NodeFacts {
  const env = options.env ?? process.env
  const further = new Set(options.environment ?? [])
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const told = set.filter(([name]) => further.has(name) || ALLOWED.some((allowed) => allowed.test(name)))
  const shown = (name: string, value: string) => ({
    name: name.slice(0, FACT_LIMITS.name),
    value: isSecret(name, value, options.redactor) ? null : value.slice(0, FACT_LIMITS.value),
  })
  const environment = told
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, FACT_LIMITS.entries)
    .map(([name, value]) => shown(name, value))
  return {
    host: `Node.js ${process.versions.node}, V8 ${process.versions.v8.split('.').slice(0, 2).join('.')}`,
    machine: {
      platform: platform(),
      arch: arch(),
      cores: availableParallelism(),
      memoryBytes: totalmem(),
    },
    flags: flagsOf(options.execArgv ?? process.execArgv)
      .slice(0, FACT_LIMITS.entries)
      .map(([name, value]) => shown(name, value)),
    environment,
    withheld: set.length - environment.length,
  }
}

/** `--name=value`, `--name value` and `--name`. */
function flagsOf(argv: readonly string[]): [name: string, value: string][] {
  const flags: [string, string][] = []
  for (const word of argv) {
    const last = flags.at(-1)
    if (!word.startsWith('-') && last && last[1] === '') last[1] = word
    else {
      const at = word.indexOf('=')
      flags.push(at === -1 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)])
    }
  }
  return flags
}

function isSecret(name: string, value: string, redactor: FactsOptions['redactor']): boolean {
  return redactor.isSecretKey(name) || redactor.text(value) !== value
}
