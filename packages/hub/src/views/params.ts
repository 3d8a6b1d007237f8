/** What a browser may ask a view with: a stranger's word, read into the view's own parameters. */
import { DEFAULT_PARAMS, MAX_PROCESS_ROWS, type ViewParams } from '@orrery/live/views'
import type { ViewName } from '@orrery/protocol'
import { z } from 'zod'

const node = z.string().min(1).max(255)
const key = z.string().min(1).max(4_096)
const q = z.string().max(2_048)
const none = z.object({})
const processes = DEFAULT_PARAMS.processes
const { table } = DEFAULT_PARAMS
const ids = z.string().max(65_536)

const SCHEMAS = {
  cluster: none,
  tree: z.object({ node, reveal: key.nullable().exactOptional() }),
  processes: z.object({
    node: node.nullable().default(processes.node),
    q: q.default(processes.q),
    sort: z.string().max(64).default(processes.sort),
    order: z.enum(['asc', 'desc']).default(processes.order),
    offset: z.int().min(0).max(10_000_000).default(processes.offset),
    limit: z.int().min(1).max(MAX_PROCESS_ROWS).default(processes.limit),
  }),
  process: z.object({ node, key }),
  series: z.object({
    metric: z.enum(['messages', 'processes', 'mailbox', 'utilisation', 'memory', 'crashes']),
    node: node.nullable().default(null),
    key: key.nullable().default(null),
    windowS: z
      .int()
      .min(10)
      .max(31 * 86_400)
      .default(DEFAULT_PARAMS.series.windowS),
  }),
  crashes: z.object({ q: q.default('') }),
  crash: z.object({ id: z.string().min(1).max(64) }),
  faults: none,
  timeline: z.object({ node: node.nullable().default(null) }),
  messages: z.object({
    node: node.nullable().default(null),
    by: z.enum(['node', 'behaviour', 'module', 'process']).default('node'),
    windowS: z.union([z.literal(60), z.literal(300)]).default(300),
    pick: z.string().max(4_400).nullable().default(null),
  }),
  node: z.object({ node }),
  table: z.object({
    node: node.nullable().default(table.node),
    q: q.default(table.q),
    sort: z.string().max(64).default(table.sort),
    order: z.enum(['asc', 'desc']).default(table.order),
    group: z.enum(['none', 'supervisor', 'behaviour', 'node']).default(table.group),
    folds: ids.default(table.folds),
    pins: ids.default(table.pins),
    turn: z.number().default(table.turn),
    offset: z.int().min(0).max(10_000_000).default(table.offset),
    limit: z.int().min(1).max(MAX_PROCESS_ROWS).default(table.limit),
  }),
  selection: z.object({
    node: node.nullable().default(null),
    q: q.nullable().default(null),
    ids: ids.default(''),
  }),
} satisfies { [V in ViewName]: z.ZodType<ViewParams[V]> }

/** A view and its parameters, read together so that the one fits the other. */
export type Ask = { [V in ViewName]: { view: V; params: ViewParams[V] } }[ViewName]

export function readAsk(
  view: ViewName,
  params: unknown,
): { ok: true; ask: Ask } | { ok: false; message: string } {
  const parsed = SCHEMAS[view].safeParse(params)
  if (parsed.success) return { ok: true, ask: { view, params: parsed.data } as Ask }
  const issue = parsed.error.issues[0]
  return { ok: false, message: `${issue?.path.join('.') ?? 'params'}: ${issue?.message ?? 'not understood'}` }
}

/** The same for the same question, whatever the order of its words. */
export function askKey(ask: Ask): string {
  const entries = Object.entries(ask.params).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${ask.view} ${JSON.stringify(entries)}`
}
