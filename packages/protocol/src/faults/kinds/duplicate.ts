/** Duplicate: messages arrive more than once. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { messageType, messageTypeField } from '../shared-fields.ts'

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
    messageType,
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
    messageTypeField,
  ],
  undone: 'disarmed',
  proof: 'no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
