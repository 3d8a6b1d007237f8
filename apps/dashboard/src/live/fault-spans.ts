/** Faults as spans of time on charts: one for each experiment, with its name. Pure. */
import type { FaultSpan } from '@orrery/live/views'

/** One span for each id: an experiment on three nodes is one experiment. In the order they began. */
export function spansById(spans: readonly FaultSpan[]): FaultSpan[] {
  const byId = new Map<string, FaultSpan>()
  for (const span of spans) {
    const before = byId.get(span.id)
    byId.set(
      span.id,
      before === undefined
        ? span
        : {
            ...before,
            node: before.node === span.node ? span.node : '',
            key: before.key === span.key ? span.key : '',
            fromMs: Math.min(before.fromMs, span.fromMs),
            toMs: before.toMs === null || span.toMs === null ? null : Math.max(before.toMs, span.toMs),
          },
    )
  }
  return [...byId.values()].sort((a, b) => a.fromMs - b.fromMs)
}

/** `F-0193 reorder`; of what has no name of its own only what it is. */
export function spanLabel({ id, kind }: Pick<FaultSpan, 'id' | 'kind'>): string {
  const what = kind.replaceAll('_', ' ')
  return isExperiment(id) ? `${id} ${what}` : what
}

/** Whether an id on a process or a span is that of an experiment, and so has an address. */
export function isExperiment(id: string): boolean {
  return /^F-\d{4,}$/.test(id)
}
