/** Dependency failure: uses of a port fail, are slow, or get no answer. */
import { z } from 'zod'
import type { FaultKind } from '../fault.ts'

export const dependency = {
  kind: 'dependency',
  title: 'Dependency failure',
  group: 'node',
  summary: 'uses of a port fail, are slow, or get no answer',
  reach: 3,
  scope: 'port',
  life: 'lease',
  when: { kind: 'always' },
  hasEdges: false,
  parameters: z.strictObject({
    mode: z.enum(['fail', 'slow', 'timeout']).default('fail'),
    delayMs: z.int().min(1).max(4000).default(500),
    operation: z.string().max(255).default(''),
  }),
  form: [
    {
      type: 'choice',
      name: 'mode',
      label: 'How',
      about: 'what its users see',
      options: [
        { value: 'fail', label: 'they fail at once' },
        { value: 'slow', label: 'they are slow' },
        { value: 'timeout', label: 'they get no answer' },
      ],
      default: 'fail',
    },
    {
      type: 'number',
      name: 'delayMs',
      label: 'Wait',
      about: 'where they are slow',
      min: 1,
      max: 4000,
      unit: 'ms',
      scale: 'log',
      default: 500,
    },
    {
      type: 'text',
      name: 'operation',
      label: 'Operation',
      about: 'only this one, like query; empty for any',
      maxLength: 255,
      default: '',
    },
  ],
  undone: 'disarmed; what waits goes on',
  proof: 'no interceptor of this fault is on the port',
  isDirect: true,
  needsTyping: false,
} as const satisfies FaultKind
