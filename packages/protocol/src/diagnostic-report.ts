/**
 * What Node.js writes of itself when it dies of what no code can catch (`process.report`), read as the cause of a crash report.
 * Only what is named here is taken: environment, command line and addresses are left where they are.
 */
import { z } from 'zod'
import type { CrashReport } from './crash-report.ts'
import { type Field, type Term, unavailable } from './term.ts'

const count = z.number().nonnegative()
export const diagnostic = z.object({
  header: z.object({
    event: z.string().max(4_096),
    trigger: z.string().max(64),
    /** Unix milliseconds, as text. */
    dumpEventTimeStamp: z.string().regex(/^\d{1,16}$/),
    processId: z.int().nonnegative(),
    nodejsVersion: z.string().max(64).default(''),
    host: z.string().max(255).default(''),
  }),
  javascriptStack: z.object({ stack: z.array(z.string().max(4_096)).max(1_000) }).optional(),
  javascriptHeap: z
    .object({
      usedMemory: count,
      totalCommittedMemory: count,
      memoryLimit: count,
      heapSpaces: z.record(z.string().max(64), z.object({ used: count })).default({}),
    })
    .optional(),
  resourceUsage: z.object({ rss: count.optional(), maxRss: count.optional() }).optional(),
})
export type Diagnostic = z.infer<typeof diagnostic>

/** Whether a JSON object is such a report, and not one of ours. */
export function isDiagnostic(value: object): boolean {
  const { header } = value as { header?: unknown }
  return typeof header === 'object' && header !== null && 'dumpEventTime' in header
}

/** Why it ended, with the heap as it was. */
export function diagnosticCause(
  told: Diagnostic,
  stack: CrashReport['cause']['stack'],
): CrashReport['cause'] {
  const { event, trigger } = told.header
  const heap = told.javascriptHeap
  const isHeap = trigger === 'OOMError' || (trigger === 'FatalError' && /heap|memory/i.test(event))
  const kind = isHeap ? 'out-of-memory' : trigger === 'Exception' ? 'throw' : 'exit'
  const tag = isHeap ? 'heap_limit' : trigger === 'Exception' ? 'uncaught' : 'fatal_error'
  const text =
    isHeap && heap
      ? `${megabytes(heap.usedMemory)} of ${megabytes(heap.memoryLimit)} of heap were used: ${event}`
      : event
  return {
    kind,
    reason: { kind, tag, text, term: termOf(told) },
    stack,
    chain: [],
    killer: unavailable('nobody ended it: Node.js could not go on'),
  }
}

/** The lines of its stack, or why there are none. */
export function diagnosticStack(told: Diagnostic): Field<string[]> {
  const lines = (told.javascriptStack?.stack ?? []).filter((line) => line.trimStart().startsWith('at '))
  if (lines.length > 0) return { status: 'captured', value: lines }
  return unavailable('Node.js kept no stack of it: no JavaScript was running that it could show')
}

function termOf({ header, javascriptHeap: heap, resourceUsage }: Diagnostic): Term {
  const entries: [string, Term][] = [['event', header.event]]
  if (heap !== undefined) {
    const spaces = Object.entries(heap.heapSpaces).map(([name, { used }]): [string, Term] => [name, used])
    entries.push(
      ['heap_used', heap.usedMemory],
      ['heap_committed', heap.totalCommittedMemory],
      ['heap_limit', heap.memoryLimit],
      ['heap_spaces', { $: 'object', entries: spaces }],
    )
  }
  if (resourceUsage?.rss !== undefined) entries.push(['rss', resourceUsage.rss])
  return { $: 'object', entries }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en-US')} MB`
}
