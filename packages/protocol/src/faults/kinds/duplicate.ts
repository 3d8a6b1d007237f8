/** Duplicate: messages arrive more than once. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const duplicate = {
  kind: 'duplicate',
  title: 'Duplicate',
  group: 'messages',
  summary: 'messages arrive more than once',
  reach: 1,
  scope: 'process',
  life: 'lease',
  when: { kind: 'probability', probability: 0.1 },
  hasEdges: true,
  parameters: z.strictObject({
    copies: z.int().min(1).max(3).default(1),
    messageType: z.string().max(255).default(''),
  }),
  form: [
    {
      type: 'number',
      name: 'copies',
      label: 'More copies',
      about: 'beside the message itself',
      min: 1,
      max: 3,
      unit: '',
      scale: 'linear',
      default: 1,
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
