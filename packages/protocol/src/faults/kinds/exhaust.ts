/** Exhaust restart intensity: children of a supervisor are killed until its headroom is used up. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const exhaust = {
  kind: 'exhaust',
  title: 'Exhaust restart intensity',
  group: 'process',
  summary: 'children of a supervisor are killed until its headroom is used up',
  reach: 2,
  scope: 'supervisor',
  life: 'shot',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({
    extra: z.enum(['0', '1']).default('0'),
    everyMs: z.int().min(10).max(10000).default(200),
  }),
  form: [
    {
      type: 'choice',
      name: 'extra',
      label: 'How far',
      about: 'up to the limit, or one beyond it: then the supervisor gives up',
      options: [
        { value: '0', label: 'to the limit' },
        { value: '1', label: 'one beyond: it gives up' },
      ],
      default: '0',
    },
    {
      type: 'number',
      name: 'everyMs',
      label: 'Every',
      about: 'from one kill to the next',
      min: 10,
      max: 10000,
      unit: 'ms',
      scale: 'log',
      default: 200,
    },
  ],
  undone: 'nothing to undo',
  proof: 'the kills are counted, and what the supervisor did is told',
  isDirect: true,
  needsTyping: true,
} as const satisfies FaultKind
