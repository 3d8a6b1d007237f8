/** Hang: it stops taking messages; they pile up. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const hang = {
  kind: 'hang',
  title: 'Hang',
  group: 'process',
  summary: 'it stops taking messages; they pile up',
  reach: 2,
  scope: 'process',
  life: 'lease',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({}),
  form: [],
  undone: 'resumed',
  proof: 'the process is not suspended',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
