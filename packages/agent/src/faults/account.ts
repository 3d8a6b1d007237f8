/** What is told of an injection: statuses small enough to be sent, the answer to the order, and what was read back in words. */
import type { FaultStatus, InjectionAnswer, TargetRecord } from '@orrery/protocol/faults'
import type { Laid } from './laid.ts'
import type { Placement } from './placement.ts'

/** Of the targets in one message, as JSON: half of what a record or a frame may take. */
const TARGETS_BYTES = 240_000

/** One, or several where its targets are too many for one; only the last of them says that it ended. */
export function statusesOf(
  laid: Laid,
  placements: Iterable<Placement>,
  nowUs: number,
): [status: FaultStatus, isLast: boolean][] {
  const parts = partsOf([...placements].map((placement) => placement.record()))
  return parts.map((targets, place) => {
    const isEnd = laid.why !== null && place === parts.length - 1
    const status: FaultStatus = {
      leaseId: laid.leaseId,
      experiment: laid.experiment ?? laid.leaseId,
      fault: laid.kind,
      startedAtUs: Math.round(laid.startedAtUs),
      atUs: Math.round(nowUs),
      state: isEnd ? 'ended' : 'active',
      why: isEnd ? laid.why : null,
      firings: laid.firings,
      touched: laid.touched,
      dropped: laid.dropped,
      held: Math.max(0, laid.held),
      crashes: laid.crashes,
      targets,
      readBack: laid.readBack,
    }
    return [status, laid.why !== null]
  })
}

/** As many records as an answer holds, the refused ones first; the event `fault` has them all. */
export function answerOf(records: readonly TargetRecord[]): InjectionAnswer {
  const refused = records.filter(({ state }) => state === 'refused')
  const others = records.filter(({ state }) => state !== 'refused')
  return { targets: partsOf([...refused, ...others])[0] ?? [] }
}

function partsOf(records: readonly TargetRecord[]): TargetRecord[][] {
  const parts: TargetRecord[][] = [[]]
  let bytes = 0
  for (const record of records) {
    const size = Buffer.byteLength(record.key) + record.pid.length + record.code.length + 80
    if (bytes + size > TARGETS_BYTES) {
      parts.push([])
      bytes = 0
    }
    bytes += size
    parts.at(-1)?.push(record)
  }
  return parts
}

/** Like `51 of 51 read back: no interceptor of this fault is on the process`. */
export function readBackText(laid: Laid, proof: string, left: readonly string[]): string {
  const count = (state: TargetRecord['state']): number =>
    laid.placements.filter((placement) => placement.state === state).length
  const refused = count('refused')
  const laidUpon = laid.placements.length - refused
  if (laidUpon === 0) return 'it was laid upon nothing'
  const gone = count('gone')
  const parts: string[] = []
  if (gone < laidUpon) parts.push(`${count('recovered')} of ${laidUpon - gone} read back: ${proof}`)
  if (gone > 0) parts.push(`${gone} ${gone === 1 ? 'process has' : 'processes have'} ended`)
  if (left.length > 0)
    parts.push(`not so: ${left[0]}${left.length > 1 ? ` (and ${left.length - 1} more)` : ''}`)
  parts.push(...laid.said)
  return parts.join('; ').slice(0, 1_000)
}
