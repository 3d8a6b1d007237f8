/** Mailbox flood: synthetic messages, tagged as such, at a rate. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const flood = {
  kind: 'flood',
  title: 'Mailbox flood',
  group: 'messages',
  summary: 'synthetic messages, tagged as such, at a rate',
  reach: 3,
  scope: 'process',
  life: 'lease',
  when: null,
  hasEdges: false,
  parameters: z.strictObject({
    perS: z.int().min(1).max(100000).default(1000),
    capLength: z.int().min(1).max(100000).default(10000),
  }),
  form: [
    {
      type: 'number',
      name: 'perS',
      label: 'Rate',
      about: 'messages a second to each target',
      min: 1,
      max: 100000,
      unit: '/s',
      scale: 'log',
      default: 1000,
    },
    {
      type: 'number',
      name: 'capLength',
      label: 'Cap',
      about: 'none while its mailbox is longer than this',
      min: 1,
      max: 100000,
      unit: 'messages',
      scale: 'log',
      default: 10000,
    },
  ],
  undone: 'stopped, and those that still wait are taken out',
  proof: 'no synthetic message is left in the mailbox',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
