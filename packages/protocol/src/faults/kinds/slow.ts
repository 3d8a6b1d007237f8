/** Slow handler: the handler waits before it begins; the node goes on. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { messageType, messageTypeField } from '../shared-fields.ts'

export const slow = {
  kind: 'slow',
  title: 'Slow handler',
  group: 'process',
  summary: 'the handler waits before it begins; the node goes on',
  reach: 2,
  scope: 'process',
  life: 'lease',
  when: { kind: 'always' },
  hasEdges: true,
  parameters: z.strictObject({
    delayMs: z.int().min(1).max(4000).default(250),
    jitterMs: z.int().min(0).max(2000).default(0),
    messageType,
  }),
  form: [
    {
      type: 'number',
      name: 'delayMs',
      label: 'Wait',
      about: 'for each message it fires at',
      min: 1,
      max: 4000,
      unit: 'ms',
      scale: 'log',
      default: 250,
    },
    {
      type: 'number',
      name: 'jitterMs',
      label: 'Jitter',
      about: 'at most this much more or less',
      min: 0,
      max: 2000,
      unit: 'ms',
      scale: 'linear',
      default: 0,
    },
    messageTypeField,
  ],
  undone: 'disarmed; whoever waits goes on',
  proof: 'no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
