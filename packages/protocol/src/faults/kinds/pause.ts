/** Node pause: the node stands still as a whole (SIGSTOP). */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const pause = {
  kind: 'pause',
  title: 'Node pause',
  group: 'node',
  summary: 'the node stands still as a whole (SIGSTOP)',
  reach: 4,
  scope: 'node',
  life: 'lease',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({}),
  form: [],
  undone: 'resumed from outside (SIGCONT)',
  proof: 'the system shows it running, and the node is heard again',
  isDirect: false,
  needsTyping: true,
} as const satisfies FaultKind
