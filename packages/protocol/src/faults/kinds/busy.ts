/** Busy handler: the handler computes before it begins; the node waits with it. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { messageType, messageTypeField } from '../shared-fields.ts'

export const busy = {
  kind: 'busy',
  title: 'Busy handler',
  group: 'process',
  summary: 'the handler computes before it begins; the node waits with it',
  reach: 3,
  scope: 'process',
  life: 'lease',
  when: { kind: 'always' },
  hasEdges: true,
  parameters: z.strictObject({
    spinMs: z.int().min(1).max(1000).default(20),
    messageType,
  }),
  form: [
    {
      type: 'number',
      name: 'spinMs',
      label: 'Computing',
      about: 'for each message it fires at',
      min: 1,
      max: 1000,
      unit: 'ms',
      scale: 'log',
      default: 20,
    },
    messageTypeField,
  ],
  undone: 'disarmed',
  proof: 'no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
