/** Kill: an exit signal, now; kill cannot be trapped. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const kill = {
  kind: 'kill',
  title: 'Kill',
  group: 'process',
  summary: 'an exit signal, now; kill cannot be trapped',
  reach: 1,
  scope: 'process',
  life: 'shot',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({
    reason: z.string().min(1).max(255).default('kill'),
  }),
  form: [
    {
      type: 'text',
      name: 'reason',
      label: 'Exit reason',
      about: 'kill ends it whatever it traps; another reason is a signal it may trap',
      maxLength: 255,
      default: 'kill',
    },
  ],
  undone: 'nothing to undo',
  proof: 'the process that had the pid has ended',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
