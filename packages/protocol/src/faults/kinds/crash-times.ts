/** Crash n times, then recover: the handler throws a given number of times, over restarts, and then never again. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'
import { throwing, throwingForm } from '../shared-fields.ts'

export const crashTimes = {
  kind: 'crash_times',
  title: 'Crash n times, then recover',
  group: 'process',
  summary: 'the handler throws a given number of times, over restarts, and then never again',
  reach: 2,
  scope: 'process',
  life: 'lease',
  when: { kind: 'times', times: 3 },
  hasEdges: true,
  parameters: z.strictObject(throwing),
  form: throwingForm,
  undone: 'disarmed',
  proof: 'no interceptor of this fault is on the process',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
