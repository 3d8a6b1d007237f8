/** The fault lab: what it costs while nothing is injected, and that a fault touches what it is laid upon and nothing else. */
import { edge } from '../faults/edge.ts'
import { idleCost } from '../faults/idle-cost.ts'
import type { Suite } from '../suite.ts'

export const parts: Suite['parts'] = {
  idle: idleCost,
  edge,
}
