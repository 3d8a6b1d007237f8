/** Drop: messages become dead letters; calls are left to their timeout. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { messageType, messageTypeField } from '../shared-fields.ts'

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
    messageType,
  }),
  form: [messageTypeField],
  undone: 'disarmed',
  proof: 'no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
