/** What nodes say to `fault.preview`: a stranger's word until it is read. */
import type { BlastRadius } from '@orrery/protocol/faults'
import { z } from 'zod'

const count = z.int().min(0)
const text = z.string().max(4_096)

const radius = z.object({
  targeted: count,
  refused: z.array(z.object({ key: text, code: z.string().max(64) })).max(10_000),
  groups: z
    .array(
      z.object({
        label: text,
        module: text,
        parent: text,
        count,
        of: count,
        effect: z.enum(['targeted', 'may_exit', 'restarted', 'signalled']),
        via: z.enum(['', 'link', 'monitor', 'one_for_all', 'rest_for_one', 'intensity', 'node']),
        restart: z.string().max(64),
        keys: z.array(text).max(1_000),
      }),
    )
    .max(10_000),
  supervisors: z
    .array(
      z.object({
        key: text,
        name: text,
        strategy: z.string().max(64),
        intensity: count,
        periodMs: z.number(),
        used: count,
        expected: count,
        isAtRisk: z.boolean(),
        escalatesTo: text,
      }),
    )
    .max(10_000),
})

/** `null` for what is none. */
export function readRadius(value: unknown): BlastRadius | null {
  const read = radius.safeParse(value)
  return read.success ? read.data : null
}
