/** Fields that several kinds have, each with its place in the schema and in the form. */
import { z } from 'zod'
import type { FormField } from './fault.ts'

export const messageType = z.string().max(255).default('')
export const messageTypeField = {
  type: 'text',
  name: 'messageType',
  label: 'Message type',
  about: 'only messages of this type; empty for any',
  maxLength: 255,
  default: '',
} as const satisfies FormField

/** Of what makes a handler throw. */
export const throwing = {
  reason: z.string().min(1).max(255).default('simulated_fault'),
  at: z.enum(['before', 'after']).default('before'),
  messageType,
}
export const throwingForm = [
  {
    type: 'text',
    name: 'reason',
    label: 'Exit reason',
    about: 'what the process ends with',
    maxLength: 255,
    default: 'simulated_fault',
  },
  {
    type: 'choice',
    name: 'at',
    label: 'Moment',
    about: 'before the handler sees the message, or when it has done its work',
    options: [
      { value: 'before', label: 'before the handler' },
      { value: 'after', label: 'after the handler' },
    ],
    default: 'before',
  },
  messageTypeField,
] as const satisfies readonly FormField[]
