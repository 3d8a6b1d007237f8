/** The record `node.vitals`: what the host spends and holds, and what watching costs it. Made once a second. */
import { LIMITS, type NodeVitals } from '@orrery/protocol'
import type { Connection } from './connection.ts'
import { type Delivery, HELD_BYTES } from './delivery.ts'
import type { GcMeter } from './gc-meter.ts'
import { createHostMeter } from './host-memory.ts'
import { BLOCKED_BYTES, type Outbox } from './outbox.ts'
import type { Redactor } from './redact.ts'
import { cut } from './render-crash.ts'
import type { Source } from './source.ts'
import type { Vitals } from './vitals.ts'

export interface NodeVitalsOptions {
  source: Source
  gc: GcMeter
  outbox: Outbox
  delivery: Delivery
  connection: Pick<Connection, 'bufferedBytes'>
  redactor: Pick<Redactor, 'text'>
  spoolLimitBytes: number
}

const KINDS = ['samples', 'lifecycle', 'results', 'crashes'] as const

/** Reads what `vitals` does not hold already. */
export function createNodeVitals(options: NodeVitalsOptions): (vitals: Vitals) => NodeVitals {
  const { source, outbox, delivery, connection, redactor } = options
  const host = createHostMeter()
  const clean = (text: string): string => redactor.text(cut(text))
  return (vitals) => ({
    type: 'node.vitals',
    atUs: source.nowUs(),
    ...source.extent,
    delayP50Ms: vitals.eventLoopDelayP50Ms,
    delayMaxMs: vitals.eventLoopDelayMaxMs,
    gc: options.gc.read(),
    ...host.read(vitals.externalBytes),
    agent: {
      // The frame that is being filled has its room from the start.
      heldBytes: LIMITS.frameBytes + delivery.stats.heldBytes + connection.bufferedBytes,
      boundBytes: LIMITS.frameBytes + HELD_BYTES + BLOCKED_BYTES,
      spoolLimitBytes: options.spoolLimitBytes,
    },
    told: KINDS.map((kind) => ({ kind, sent: outbox.sent[kind], why: outbox.whys[kind] ?? '' })),
    letters: source
      .takeLetters()
      .map(({ type, to, why, total }) => ({ type: clean(type), to: clean(to), why, total })),
  })
}
