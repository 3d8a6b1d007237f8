/** Throw with probability: the handler throws before it sees the message. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const throwFault = {
  kind: 'throw',
  title: 'Throw with probability',
  group: 'process',
  summary: 'the handler throws before it sees the message',
  reach: 2,
  scope: 'process',
  life: 'lease',
  when: { kind: 'probability', probability: 0.02 },
  hasEdges: true,
  parameters: z.strictObject({
    reason: z.string().min(1).max(255).default('simulated_fault'),
    at: z.enum(['before', 'after']).default('before'),
    messageType: z.string().max(255).default(''),
  }),
  form: [
    {
      type: 'text',
      name: 'reason',
      label: 'Exit reason',
      about: 'what the process ends with',
      maxLength: 255,
      default: 'simulated_fault',
    },
    {
      type: 'choice',
      name: 'at',
      label: 'Moment',
      about: 'before the handler sees the message, or when it has done its work',
      options: [
        { value: 'before', label: 'before the handler' },
        { value: 'after', label: 'after the handler' },
      ],
      default: 'before',
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
