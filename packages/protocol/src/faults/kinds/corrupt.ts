/** Corrupt: a clone of the message with one field changed arrives in its place. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { messageType, messageTypeField } from '../shared-fields.ts'

export const corrupt = {
  kind: 'corrupt',
  title: 'Corrupt',
  group: 'messages',
  summary: 'a clone of the message with one field changed arrives in its place',
  reach: 2,
  scope: 'process',
  life: 'lease',
  when: { kind: 'probability', probability: 0.1 },
  hasEdges: true,
  parameters: z.strictObject({
    mutation: z.enum(['any', 'number', 'text', 'missing', 'null']).default('any'),
    messageType,
  }),
  form: [
    {
      type: 'choice',
      name: 'mutation',
      label: 'Change',
      about: 'what is done to one field of the message',
      options: [
        { value: 'any', label: 'any of these' },
        { value: 'number', label: 'another number' },
        { value: 'text', label: 'text cut off' },
        { value: 'missing', label: 'field removed' },
        { value: 'null', label: 'field emptied' },
      ],
      default: 'any',
    },
    messageTypeField,
  ],
  undone: 'disarmed',
  proof: 'no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
