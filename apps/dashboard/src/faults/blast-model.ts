/** Where the boxes and lines of a blast radius stand: supervisors left, targets in the middle, whom it reaches right. Pure. */
import type { BlastGroup, BlastRadius, BlastSupervisor } from '@orrery/protocol/faults'
import { count } from '../live/format.ts'

export interface BlastBox {
  id: string
  x: number
  y: number
  width: number
  tone: 'plain' | 'fault' | 'exit' | 'signal' | 'restart' | 'risk'
  title: string
  detail: string
  /** All there is to say, for the tip and for whoever does not see it. */
  words: string
}

export interface BlastEdge {
  d: string
  tone: 'plain' | 'exit' | 'signal' | 'restart'
}

export interface BlastPicture {
  width: number
  height: number
  boxes: BlastBox[]
  edges: BlastEdge[]
}

/** A supervisor or sibling that nothing happens to, drawn so that one sees where one is. */
export interface Bystander {
  key: string
  name: string
  parent: string
}

export const BOX_HEIGHT = 34
const ROW = 50
/** At most so many in one column; the rest is told in a line. */
const MOST = 5
const COLUMNS = [
  { x: 0, width: 112 },
  { x: 144, width: 124 },
  { x: 302, width: 140 },
  { x: 470, width: 114 },
] as const

export function blastPicture(radius: BlastRadius, bystanders: readonly Bystander[]): BlastPicture {
  const targets = radius.groups.filter(({ effect }) => effect === 'targeted')
  const parents = [...new Set(targets.map(({ parent }) => parent))].filter((key) => key !== '')
  const near = parents.map((key) => supervisorOf(key, radius))
  const top = topOf(near, radius)
  const others = bystanders.filter(
    ({ key, parent }) => parent === top?.key && !near.some((one) => one.key === key) && key !== top.key,
  )
  const restarted = radius.groups.filter(({ effect }) => effect === 'restarted')
  const reached = radius.groups.filter(({ effect }) => effect === 'may_exit' || effect === 'signalled')
  const columns = [
    top && !near.some(({ key }) => key === top.key) ? [supervisorBox(top)] : [],
    [
      ...near.map((one) => supervisorBox(one)),
      ...others
        .slice(0, Math.max(0, 3 - near.length))
        .map((other) =>
          box(`sup ${other.key}`, 'plain', other.name, 'unaffected', `${other.name}: unaffected`),
        ),
    ],
    [...targets.map(groupBox), ...restarted.map(groupBox)],
    reached.map(groupBox),
  ].map((column) => folded(column))
  const rows = Math.max(1, ...columns.map((column) => column.length))
  const height = rows * ROW - (ROW - BOX_HEIGHT) + 4
  const placed = columns.map((column, c) => {
    const { x, width } = COLUMNS[c] as (typeof COLUMNS)[number]
    const first = (height - (column.length * ROW - (ROW - BOX_HEIGHT))) / 2
    return column.map((one, i): BlastBox => ({ ...one, x, width, y: Math.round(first + i * ROW) }))
  })
  const [roots = [], sups = [], hit = [], right = []] = placed
  const edges: BlastEdge[] = []
  for (const root of roots) for (const sup of sups) edges.push(straight(root, sup))
  for (const group of [...targets, ...restarted]) {
    const from = nearestAbove(sups, group.parent)
    const to = hit.find(({ id }) => id === groupId(group))
    if (from && to)
      edges.push({ ...straight(from, to), tone: group.effect === 'restarted' ? 'restart' : 'plain' })
  }
  const source = hit[0]
  for (const to of right) if (source) edges.push(curved(source, to))
  return { width: 584, height, boxes: placed.flat(), edges }
}

/** Its supervisor, or of those that are drawn the one that stands nearest above that. */
function nearestAbove(sups: readonly BlastBox[], parent: string): BlastBox | undefined {
  return sups
    .filter(({ id }) => `sup ${parent}` === id || `sup ${parent}`.startsWith(`${id}/`))
    .toSorted((a, b) => b.id.length - a.id.length)[0]
}

export interface BlastFigures {
  targeted: number
  mayExit: number
  restarted: number
  signalled: number
  atRisk: number
}

export function figuresOf(radii: readonly BlastRadius[]): BlastFigures {
  const of = (effect: BlastGroup['effect']) =>
    radii.reduce(
      (sum, { groups }) =>
        sum + groups.reduce((n, group) => n + (group.effect === effect ? group.count : 0), 0),
      0,
    )
  return {
    targeted: radii.reduce((sum, { targeted }) => sum + targeted, 0),
    mayExit: of('may_exit'),
    restarted: of('restarted'),
    signalled: of('signalled'),
    atRisk: radii.reduce(
      (sum, { supervisors }) => sum + supervisors.filter(({ isAtRisk }) => isAtRisk).length,
      0,
    ),
  }
}

/** `2 of 5 restarts used, 3 expected`. */
export function headroomText({ used, intensity, expected }: BlastSupervisor): string {
  return `${count(used)} of ${count(intensity)} restarts used, ${count(expected)} expected`
}

type Unplaced = Omit<BlastBox, 'x' | 'y' | 'width'>
type Known = BlastSupervisor | { key: string; name: string }

function box(id: string, tone: BlastBox['tone'], title: string, detail: string, words: string): Unplaced {
  return { id, tone, title, detail, words }
}

/** What does not fit is one box that says how much. */
function folded(column: Unplaced[]): Unplaced[] {
  if (column.length <= MOST) return column
  const rest = column.slice(MOST - 1)
  const words = rest.map((one) => one.words).join('; ')
  return [...column.slice(0, MOST - 1), box('rest', 'plain', `${count(rest.length)} more`, 'alike', words)]
}

function supervisorOf(key: string, radius: BlastRadius): Known {
  return radius.supervisors.find((one) => one.key === key) ?? { key, name: key.split('/').at(-1) ?? key }
}

/** The highest above the targets, by logical key. */
function topOf(near: readonly Known[], radius: BlastRadius): Known | undefined {
  const above = radius.supervisors.toSorted((a, b) => a.key.length - b.key.length)[0]
  const first = near[0]
  const root = first?.key.split('/')[0]
  if (above !== undefined && first !== undefined && above.key.length < first.key.length) return above
  if (first === undefined || root === undefined || root === first.key) return undefined
  return { key: root, name: root }
}

function supervisorBox(one: Known): Unplaced {
  if (!('strategy' in one))
    return box(`sup ${one.key}`, 'plain', one.name, 'unaffected', `${one.name}: unaffected`)
  const headroom = headroomText(one)
  if (one.isAtRisk) {
    const next = one.escalatesTo === '' ? '' : `, then ${one.escalatesTo.split('/').at(-1)} decides`
    const words = `${one.name}: ${headroom}. It would give up${next}.`
    return box(`sup ${one.key}`, 'risk', one.name, 'may give up', words)
  }
  const detail =
    one.expected === 0 ? 'restarts none' : `${one.strategy}, ${one.used + one.expected}/${one.intensity}`
  return box(`sup ${one.key}`, 'plain', one.name, detail, `${one.name}, ${one.strategy}: ${headroom}`)
}

const TONES = { targeted: 'fault', may_exit: 'exit', restarted: 'restart', signalled: 'signal' } as const

function groupBox(group: BlastGroup): Unplaced {
  const { label, effect } = group
  const of =
    effect === 'targeted' && group.of > group.count
      ? `${label} × ${count(group.count)} of ${count(group.of)}`
      : group.count > 1
        ? `${label} × ${count(group.count)}`
        : label
  const detail = detailOf(group)
  return box(groupId(group), TONES[effect], of, detail, `${of}: ${detail}`)
}

function detailOf({ effect, via, restart, count: n }: BlastGroup): string {
  switch (effect) {
    case 'targeted':
      return restart === '' ? 'targeted' : `targeted, ${restart}`
    case 'may_exit':
      return via === 'link' ? 'linked, may exit' : via === 'intensity' ? 'ends with it' : 'may exit'
    case 'restarted':
      return via === '' ? 'restarted' : `restarted, ${via.replaceAll('_', ' ')}`
    case 'signalled':
      return via === 'monitor' ? `${count(n)} DOWN` : 'gets a signal'
    default: {
      const never: never = effect
      return never
    }
  }
}

function groupId({ effect, parent, label, module, via }: BlastGroup): string {
  return `${effect} ${parent} ${module} ${label} ${via}`
}

function straight(from: BlastBox, to: BlastBox): BlastEdge {
  const [x1, y1] = [from.x + from.width, from.y + BOX_HEIGHT / 2]
  const [x2, y2] = [to.x, to.y + BOX_HEIGHT / 2]
  const bend = x1 + Math.min(16, (x2 - x1) / 2)
  const turn = Math.min(6, Math.abs(y2 - y1) / 2)
  const way = Math.sign(y2 - y1)
  const d =
    way === 0
      ? `M${x1} ${y1}H${x2}`
      : `M${x1} ${y1}H${bend - turn}Q${bend} ${y1} ${bend} ${y1 + way * turn}V${y2 - way * turn}Q${bend} ${y2} ${bend + turn} ${y2}H${x2}`
  return { d, tone: 'plain' }
}

function curved(from: BlastBox, to: BlastBox): BlastEdge {
  const [x1, y1] = [from.x + from.width, from.y + BOX_HEIGHT / 2]
  const [x2, y2] = [to.x, to.y + BOX_HEIGHT / 2]
  const middle = (x1 + x2) / 2
  const tone = to.tone === 'exit' ? 'exit' : to.tone === 'signal' ? 'signal' : 'plain'
  return { d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, tone }
}
