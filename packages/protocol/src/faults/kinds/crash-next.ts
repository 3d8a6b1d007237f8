/** Crash on next message: the handler throws at the next message that matches. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { throwing, throwingForm } from '../shared-fields.ts'

export const crashNext = {
  kind: 'crash_next',
  title: 'Crash on next message',
  group: 'process',
  summary: 'the handler throws at the next message that matches',
  reach: 1,
  scope: 'process',
  life: 'lease',
  when: { kind: 'once' },
  hasEdges: true,
  parameters: z.strictObject(throwing),
  form: throwingForm,
  undone: 'disarmed',
  proof: 'no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
