/** Memory hog: memory is held back from the node. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const memory = {
  kind: 'memory',
  title: 'Memory hog',
  group: 'node',
  summary: 'memory is held back from the node',
  reach: 3,
  scope: 'node',
  life: 'lease',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({
    percent: z.number().min(1).max(60).default(20),
  }),
  form: [
    {
      type: 'number',
      name: 'percent',
      label: 'Share',
      about: 'of the heap limit',
      min: 1,
      max: 60,
      unit: '%',
      scale: 'linear',
      default: 20,
    },
  ],
  undone: 'freed',
  proof: 'nothing is held',
  isDirect: false,
  needsTyping: false,
} as const satisfies FaultKind
