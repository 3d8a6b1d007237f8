/** Delay: messages arrive later, in their order. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { messageType, messageTypeField } from '../shared-fields.ts'

export const delay = {
  kind: 'delay',
  title: 'Delay',
  group: 'messages',
  summary: 'messages arrive later, in their order',
  reach: 1,
  scope: 'process',
  life: 'lease',
  when: { kind: 'always' },
  hasEdges: true,
  parameters: z.strictObject({
    delayMs: z.int().min(1).max(60000).default(250),
    jitterMs: z.int().min(0).max(30000).default(0),
    messageType,
  }),
  form: [
    {
      type: 'number',
      name: 'delayMs',
      label: 'Delay',
      about: 'for each message',
      min: 1,
      max: 60000,
      unit: 'ms',
      scale: 'log',
      default: 250,
    },
    {
      type: 'number',
      name: 'jitterMs',
      label: 'Jitter',
      about: 'at most this much more or less; order is kept',
      min: 0,
      max: 30000,
      unit: 'ms',
      scale: 'linear',
      default: 0,
    },
    messageTypeField,
  ],
  undone: 'what is held is delivered, in order',
  proof: 'nothing is held, and no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
