/** Clock skew: the clock of the node is wrong; timers of leases are not touched. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const clock = {
  kind: 'clock',
  title: 'Clock skew',
  group: 'node',
  summary: 'the clock of the node is wrong; timers of leases are not touched',
  reach: 3,
  scope: 'node',
  life: 'lease',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({
    offsetMs: z.int().min(-3600000).max(3600000).default(60000),
    driftPercent: z.number().min(-50).max(100).default(0),
  }),
  form: [
    {
      type: 'number',
      name: 'offsetMs',
      label: 'Offset',
      about: 'added at once; may be negative',
      min: -3600000,
      max: 3600000,
      unit: 'ms',
      scale: 'linear',
      default: 60000,
    },
    {
      type: 'number',
      name: 'driftPercent',
      label: 'Drift',
      about: 'faster, or slower where it is negative',
      min: -50,
      max: 100,
      unit: '%',
      scale: 'linear',
      default: 0,
    },
  ],
  undone: 'reset',
  proof: 'wall clock and clock of the node agree to the millisecond',
  isDirect: false,
  needsTyping: false,
} as const satisfies FaultKind
