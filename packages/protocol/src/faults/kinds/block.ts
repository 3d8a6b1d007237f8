/** Event-loop block: the node computes, then yields, again and again. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const block = {
  kind: 'block',
  title: 'Event-loop block',
  group: 'node',
  summary: 'the node computes, then yields, again and again',
  reach: 3,
  scope: 'node',
  life: 'lease',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({
    spinMs: z.int().min(1).max(2000).default(100),
    everyMs: z.int().min(2).max(60000).default(500),
  }),
  form: [
    {
      type: 'number',
      name: 'spinMs',
      label: 'Computing',
      about: 'in one go',
      min: 1,
      max: 2000,
      unit: 'ms',
      scale: 'log',
      default: 100,
    },
    {
      type: 'number',
      name: 'everyMs',
      label: 'Every',
      about: 'from one to the next',
      min: 2,
      max: 60000,
      unit: 'ms',
      scale: 'log',
      default: 500,
    },
  ],
  undone: 'ends itself; a watchdog outside the event loop ends it where it does not',
  proof: 'no block is running, and the event loop turns',
  isDirect: false,
  needsTyping: false,
} as const satisfies FaultKind
