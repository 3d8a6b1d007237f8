/** One target of one injection: what is laid upon it, when it fires, and what became of it. A logical target may live several lives. */
import type { FaultName, TargetRecord, TargetState } from '@orrery/protocol/faults'
import { seeded, type Trigger, triggerOf, type When } from '@orrery/protocol/faults'
import type { Target } from '../source.ts'
import type { Applied } from './kind.ts'

/** For a kind that fires at no message, so never asks. */
const NEVER_ASKED: When = { kind: 'always' }

export interface PlacementSpec {
  kind: FaultName
  key: string
  when: When | null
  seed: number
  maxFirings: number
}

export class Placement {
  readonly key: string
  readonly trigger: Trigger
  /** Kinds are apart from each other and from the trigger, so that none moves what another draws. */
  readonly random: () => number
  pid = ''
  /** The life it is laid upon; `null` between two, and for a port or the node. */
  target: Target | null = null
  applied: Applied | null = null
  state: TargetState = 'refused'
  code = ''
  firings = 0
  held = 0
  isDone = false
  /** Nothing more happens here. */
  isFinal = false
  doneAtMs = 0

  constructor({ kind, key, when, seed, maxFirings }: PlacementSpec) {
    this.key = key
    this.trigger = triggerOf(when ?? NEVER_ASKED, seed, key, maxFirings)
    this.random = seeded(seed, `${kind} ${key}`)
  }

  /** It has fired as often as it may, or said that it is done. */
  get isSpent(): boolean {
    return this.isDone || this.trigger.isSpent
  }

  record(): TargetRecord {
    const { key, pid, state, code, firings } = this
    return { key, pid, state, code, firings }
  }
}
