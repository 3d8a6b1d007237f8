/** Partition between nodes: the line to another node carries nothing, one way or both. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const partition = {
  kind: 'partition',
  title: 'Partition between nodes',
  group: 'node',
  summary: 'the line to another node carries nothing, one way or both',
  reach: 4,
  scope: 'port',
  life: 'lease',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({
    direction: z.enum(['both', 'in', 'out']).default('both'),
  }),
  form: [
    {
      type: 'choice',
      name: 'direction',
      label: 'Direction',
      about: 'seen from this node',
      options: [
        { value: 'both', label: 'both ways' },
        { value: 'in', label: 'nothing comes in' },
        { value: 'out', label: 'nothing goes out' },
      ],
      default: 'both',
    },
  ],
  undone: 'healed',
  proof: 'the port carries both ways',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
