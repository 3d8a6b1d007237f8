/** What every route shares: who asks, pages, the answers that can always come. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { problem } from '@orrery/protocol/http'
import type { Context } from 'hono'
import type { Actor } from '../../commands/commands.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Env } from '../deps.ts'
import { HttpProblem } from '../problem.ts'

export { createRoute, z }
export type Api = OpenAPIHono<Env>

/** Whoever is logged in; 401 for nobody. */
export function actor(c: Context<Env>): Actor {
  const found = c.get('actor')
  if (found) return found
  throw new HttpProblem('session.required', 'Log in with a token first: POST /api/v1/session.')
}

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(1_024).optional(),
})

export function page(query: z.infer<typeof pageQuery>): PageRequest {
  return { limit: query.limit, cursor: query.cursor ?? null }
}

export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

const problemContent = { 'application/problem+json': { schema: problem } }

/** The problems a route may answer with, by status. */
export function problems<S extends number>(descriptions: Record<S, string>) {
  const entries = Object.entries({ 401: 'Nobody is logged in.', ...descriptions })
  return Object.fromEntries(
    entries.map(([status, description]) => [status, { description, content: problemContent }]),
  )
}

export const nodeParam = z.string().max(255).describe('Name of a node, like mail@host.')
export const processParam = z
  .string()
  .max(4_096)
  .describe('A pid as the node prints it, or a logical key, URL-encoded.')
