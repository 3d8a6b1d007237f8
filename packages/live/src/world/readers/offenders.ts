/** Who stands out on a node: the longest mailboxes, most restarts, most messages, and who is held. */
import type { Offender } from '../../views/types.ts'
import { FLAG } from '../columns.ts'
import { displayName } from '../names.ts'
import type { NodeState } from '../node.ts'
import { BACKLOG_LENGTH, SUSPENDED, statusName } from '../status.ts'
import { rounded } from './tree-row.ts'

const EACH = 3

/** At most three of a kind. Only processes that did something in the last minute are looked at. */
export function offendersOf(node: NodeState): Offender[] {
  const { processes: p, sampling } = node
  const { columns: c, rings } = p
  const mailbox = new Top()
  const messages = new Top()
  for (let ring = 0; ring < rings.length; ring++) {
    const index = rings.owner[ring] ?? -1
    if (index === -1 || !c.has(index, FLAG.alive)) continue
    if (c.status[index] !== SUSPENDED) {
      const length = c.mailbox[index] ?? 0
      if (length > BACKLOG_LENGTH) mailbox.add(index, length)
    }
    const perS = c.handledPerS[index] ?? 0
    if (perS >= 1) messages.add(index, perS)
  }
  const restarts = new Top()
  for (const [key, count] of restartsByKey(node)) {
    const index = p.find(key)
    if (index !== undefined) restarts.add(index, count)
  }
  const held = new Top()
  if ((p.counts[SUSPENDED] ?? 0) > 0) {
    for (let index = 1; index < c.length; index++) {
      if (c.has(index, FLAG.suspended)) held.add(index, c.mailbox[index] ?? 0)
    }
  }
  const offender = (
    index: number,
    what: Offender['what'],
    value: number,
    growthPerS: number | null,
  ): Offender => ({
    node: node.name,
    key: p.keyOf(index),
    pid: c.pid[index] ?? '',
    name: displayName(p, index),
    status: statusName(c.status[index] ?? 0),
    what,
    value,
    growthPerS,
  })
  return [
    ...mailbox.all.map(([index, value]) =>
      offender(index, 'mailbox', value, rounded(sampling.growthPerS(index))),
    ),
    ...restarts.all.map(([index, value]) => offender(index, 'restarts', value, null)),
    ...messages.all.map(([index, value]) => offender(index, 'messages', rounded(value), null)),
    ...held.all.map(([index, value]) => offender(index, 'suspended', value, null)),
  ]
}

/** The worst of all nodes, kinds together, mailboxes first. */
export function worstOffenders(all: Offender[]): Offender[] {
  const kinds: Offender['what'][] = ['mailbox', 'restarts', 'messages', 'suspended']
  return kinds.flatMap((what) =>
    all
      .filter((offender) => offender.what === what)
      .sort((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1))
      .slice(0, EACH),
  )
}

function restartsByKey(node: NodeState): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { kind, key } of node.marks.all) {
    if (kind === 'restart') counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** The largest three; of equals, who came first. */
class Top {
  readonly all: [index: number, value: number][] = []

  add(index: number, value: number): void {
    let at = this.all.length
    while (at > 0 && value > (this.all[at - 1]?.[1] ?? 0)) at--
    if (at >= EACH) return
    this.all.splice(at, 0, [index, value])
    if (this.all.length > EACH) this.all.length = EACH
  }
}
