/** Node kill: the node is ended from outside (SIGKILL). */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const nodeKill = {
  kind: 'node_kill',
  title: 'Node kill',
  group: 'node',
  summary: 'the node is ended from outside (SIGKILL)',
  reach: 4,
  scope: 'node',
  life: 'shot',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({}),
  form: [],
  undone: 'nothing to undo: whoever runs the node starts it again',
  proof: 'a new incarnation of the node is heard, or none within 10 s',
  isDirect: true,
  needsTyping: true,
} as const satisfies FaultKind
