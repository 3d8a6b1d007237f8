/** Schema of the answer to `process.inspect`: a stranger's until it was read. Bounds as in a crash report. */
import { z } from 'zod'
import type { Inspection } from './commands.ts'
import { flightRecorder, messageKind } from './crash-report-schema.ts'
import { fieldOf, term } from './term-schema.ts'

const name = z.string().max(1_024)
const key = z.string().max(4_096)
const line = z.string().max(4_096)
const count = z.int().nonnegative()
const ms = z.number().nonnegative()
const someone = z.object({ pid: name, key, name: name.nullable() })
const peers = z.array(someone).max(1_024)

export const inspection: z.ZodType<Inspection> = z.object({
  pid: name,
  key,
  status: name,
  label: line.nullable(),
  state: fieldOf(term),
  stateSizeBytes: count.nullable(),
  mailbox: z.object({
    length: count,
    oldestMs: ms.nullable(),
    byType: z.array(z.object({ type: name, count })).max(256),
    first: z
      .array(
        z.object({
          type: name,
          kind: messageKind,
          value: term,
          sender: name.nullable(),
          ageMs: ms.nullable(),
        }),
      )
      .max(256),
  }),
  links: peers,
  monitors: peers,
  monitoredBy: peers,
  messages: flightRecorder,
  children: z
    .array(z.object({ id: name, pid: name.nullable(), key, restart: name }))
    .max(10_000)
    .nullable(),
  restartsInWindow: z.array(z.number()).max(1_024).nullable(),
  initialCall: name,
  ancestors: z.array(z.object({ pid: name, name: name.nullable() })).max(256),
  startedAt: z.iso.datetime(),
  trapsExit: z.boolean(),
  version: name.nullable().exactOptional(),
  isolation: name.nullable().exactOptional(),
})
