/** What does not change while a node lives: its host, its machine, its flags and what it was given by its environment. */
import { z } from 'zod'

/** Bounds of a hello's facts. */
export const FACT_LIMITS = { entries: 64, name: 128, value: 256 } as const

const entry = z.object({
  name: z.string().min(1).max(FACT_LIMITS.name),
  /** `null` where it is hidden: its name or its shape looks like a secret's. Never its length. */
  value: z.string().max(FACT_LIMITS.value).nullable(),
})

export const nodeFacts = z.object({
  /** What the runtime runs on, with versions: `Node.js 20.20.0, V8 11.3`. */
  host: z.string().max(128),
  machine: z.object({
    platform: z.string().max(64),
    arch: z.string().max(64),
    cores: z.int().nonnegative(),
    memoryBytes: z.number().nonnegative(),
  }),
  flags: z.array(entry).max(FACT_LIMITS.entries),
  /** Allow-listed names alone. */
  environment: z.array(entry).max(FACT_LIMITS.entries),
  /** Names that were set and are not on the list. */
  withheld: z.int().nonnegative(),
})
export type NodeFacts = z.infer<typeof nodeFacts>
