/** Drop: messages become dead letters; calls are left to their timeout. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const drop = {
  kind: 'drop',
  title: 'Drop',
  group: 'messages',
  summary: 'messages become dead letters; calls are left to their timeout',
  reach: 2,
  scope: 'process',
  life: 'lease',
  when: { kind: 'probability', probability: 0.1 },
  hasEdges: true,
  parameters: z.strictObject({
    messageType: z.string().max(255).default(''),
  }),
  form: [
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
