/** Busy handler: the handler computes before it begins; the node waits with it. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

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
    messageType: z.string().max(255).default(''),
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
    {
      type: 'text',
      name: 'messageType',
      label: 'Message type',
      about: 'only messages of this type; empty for any',
      maxLength: 255,
      default: '',
    },
  ],
  undone: 'disarmed',
  proof: 'no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
