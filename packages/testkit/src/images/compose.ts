/** Reads what our `docker-compose.yml` asks for, its variables filled in as the compose client fills them in. */
import { parse } from 'yaml'
import { z } from 'zod'

const service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), target: z.string() }).exactOptional(),
  hostname: z.string().exactOptional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).exactOptional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
})
const file = z.object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })

export type Compose = z.infer<typeof file>

/** @throws naming every variable that must be set and is not */
export function readCompose(text: string, env: Record<string, string | undefined>): Compose {
  const missing = new Set<string>()
  const fill = (_key: unknown, value: unknown): unknown =>
    typeof value === 'string' ? value.replaceAll(VARIABLE, filled) : value
  const filled = (_: string, name: string, how: string | undefined, word = ''): string => {
    const value = env[name] ?? ''
    if (value !== '' || how === undefined) return value
    if (how === '?') missing.add(name)
    return how === '-' ? word : ''
  }
  const read: unknown = parse(text, fill)
  if (missing.size > 0) throw new Error(`must be set: ${[...missing].join(', ')}`)
  return file.parse(read)
}

/** `${NAME}`, `${NAME:-default}`, `${NAME:?what to do}`. */
const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g
