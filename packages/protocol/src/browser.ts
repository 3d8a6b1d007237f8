/**
 * Hub and browser, on socket.io's default namespace. A browser subscribes to views; it gets one snapshot and then
 * deltas, numbered from the snapshot on. Commands do not travel here: they are the public HTTP API.
 *
 *   → `subscribe`   { id, view, params }        ← `view` [{ id, seq: 0, snapshot, atMs }]
 *   → `unsubscribe` { id }                      ← `view` [{ id, seq: n, delta, atMs }, …]
 *                                               ← `view` [{ id, error: { code, message } }]
 */
import { z } from 'zod'

export const VIEWS = [
  'cluster',
  'tree',
  'processes',
  'process',
  'series',
  'crashes',
  'crash',
  'faults',
  'timeline',
  'messages',
  'node',
  'table',
  'selection',
] as const
export type ViewName = (typeof VIEWS)[number]

export const subscribe = z.object({
  id: z.string().min(1).max(64),
  view: z.enum(VIEWS),
  params: z.record(z.string().max(64), z.union([z.string().max(65_536), z.number(), z.boolean(), z.null()])),
})
export type Subscribe = z.infer<typeof subscribe>

export const unsubscribe = z.object({ id: z.string().min(1).max(64) })

export type ViewMessage =
  | { id: string; seq: 0; snapshot: unknown; atMs: number }
  | { id: string; seq: number; delta: unknown; atMs: number }
  | { id: string; error: { code: string; message: string } }
