/** Reorder: messages overtake each other within a window. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { messageType, messageTypeField } from '../shared-fields.ts'

export const reorder = {
  kind: 'reorder',
  title: 'Reorder',
  group: 'messages',
  summary: 'messages overtake each other within a window',
  reach: 2,
  scope: 'process',
  life: 'lease',
  when: { kind: 'always' },
  hasEdges: true,
  parameters: z.strictObject({
    window: z.int().min(2).max(64).default(4),
    holdMs: z.int().min(10).max(4000).default(250),
    acrossCalls: z.boolean().default(false),
    messageType,
  }),
  form: [
    {
      type: 'number',
      name: 'window',
      label: 'Window',
      about: 'how many messages are shuffled together',
      min: 2,
      max: 64,
      unit: 'messages',
      scale: 'linear',
      default: 4,
    },
    {
      type: 'number',
      name: 'holdMs',
      label: 'Hold',
      about: 'a window that does not fill is let go after this',
      min: 10,
      max: 4000,
      unit: 'ms',
      scale: 'log',
      default: 250,
    },
    {
      type: 'switch',
      name: 'acrossCalls',
      label: 'Calls too',
      about: 'calls may be overtaken as well',
      default: false,
    },
    messageTypeField,
  ],
  undone: 'what is held is delivered, in order',
  proof: 'nothing is held, and no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
