/** Throw with probability: the handler throws before it sees the message. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { throwing, throwingForm } from '../shared-fields.ts'

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
  parameters: z.strictObject(throwing),
  form: throwingForm,
  undone: 'disarmed',
  proof: 'no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
