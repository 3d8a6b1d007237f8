/**
 * The columns of the process table, one line each: what is drawn is `cells.tsx`, what is sorted by is the hub's
 * (`packages/live/src/world/table/sorts.ts`). A new column is a line here, one there and a cell.
 */
import { preference } from '../frame/preference.ts'

export interface Column {
  id: string
  /** Head of the column. */
  label: string
  /** In the chooser, beside the label. */
  about: string
  /** The hub's word for it. */
  sort: string
  /** Pixels; the name takes what is left. */
  width: number
  isRight?: true
  /** Figures begin with the largest, names with the first. */
  first: 'asc' | 'desc'
  /** Lower leaves sooner where there is no room; without, it stays. */
  leaves?: number
}

export const NAME: Column = {
  id: 'name',
  label: 'Name or label',
  about: 'always',
  sort: 'name',
  width: 150,
  first: 'asc',
}

export const COLUMNS: readonly Column[] = [
  { id: 'pid', label: 'Pid', about: '', sort: 'pid', width: 84, first: 'asc', leaves: 20 },
  { id: 'behaviour', label: 'Behaviour', about: '', sort: 'behaviour', width: 104, first: 'asc', leaves: 9 },
  {
    id: 'module',
    label: 'Module',
    about: 'callback module',
    sort: 'module',
    width: 104,
    first: 'asc',
    leaves: 2,
  },
  {
    id: 'supervisor',
    label: 'Supervisor',
    about: '',
    sort: 'supervisor',
    width: 104,
    first: 'asc',
    leaves: 3,
  },
  { id: 'status', label: 'Status', about: 'as a word', sort: 'status', width: 74, first: 'asc', leaves: 4 },
  {
    id: 'label',
    label: 'Label',
    about: 'it gave itself',
    sort: 'label',
    width: 120,
    first: 'asc',
    leaves: 1,
  },
  { id: 'node', label: 'Node', about: '', sort: 'node', width: 86, first: 'asc', leaves: 19 },
  {
    id: 'in',
    label: 'In /s',
    about: '60 s sparkline',
    sort: 'in',
    width: 102,
    isRight: true,
    first: 'desc',
    leaves: 21,
  },
  { id: 'out', label: 'Out /s', about: '', sort: 'out', width: 56, isRight: true, first: 'desc', leaves: 8 },
  {
    id: 'mailbox',
    label: 'Mailbox',
    about: 'log bar, growth',
    sort: 'mailbox',
    width: 150,
    isRight: true,
    first: 'desc',
  },
  {
    id: 'growth',
    label: 'Growth',
    about: 'a second, over 5 s',
    sort: 'growth',
    width: 60,
    isRight: true,
    first: 'desc',
    leaves: 5,
  },
  {
    id: 'wait',
    label: 'Wait p99',
    about: '5 s window',
    sort: 'wait',
    width: 66,
    isRight: true,
    first: 'desc',
  },
  {
    id: 'handling',
    label: 'Handling p99',
    about: '5 s window',
    sort: 'handling',
    width: 76,
    isRight: true,
    first: 'desc',
    leaves: 7,
  },
  {
    id: 'busy',
    label: 'Busy',
    about: 'share of the loop',
    sort: 'busy',
    width: 84,
    isRight: true,
    first: 'desc',
    leaves: 10,
  },
  {
    id: 'restarts',
    label: 'Restarts',
    about: '',
    sort: 'restarts',
    width: 52,
    isRight: true,
    first: 'desc',
    leaves: 6,
  },
  {
    id: 'uptime',
    label: 'Uptime',
    about: '',
    sort: 'uptime',
    width: 78,
    isRight: true,
    first: 'desc',
    leaves: 18,
  },
]

export const PRESETS = {
  default: [
    'pid',
    'behaviour',
    'node',
    'in',
    'out',
    'mailbox',
    'wait',
    'handling',
    'busy',
    'restarts',
    'uptime',
  ],
  latency: ['pid', 'module', 'node', 'in', 'mailbox', 'wait', 'handling', 'busy'],
  observer: ['pid', 'module', 'behaviour', 'in', 'mailbox'],
  supervision: ['pid', 'supervisor', 'status', 'node', 'mailbox', 'restarts', 'uptime'],
} as const satisfies Record<string, readonly string[]>
export type Preset = keyof typeof PRESETS

const chosen = preference<string>('processes.columns', PRESETS.default.join())

export function useColumns(): {
  ids: readonly string[]
  columns: Column[]
  choose: (ids: readonly string[]) => void
} {
  const ids = chosen.use().split(',')
  return {
    ids,
    columns: COLUMNS.filter(({ id }) => ids.includes(id)),
    choose: (next) => chosen.set(next.join()),
  }
}

/** Checkbox, glyph, paddings; and the gap before each column. */
const FIXED = 30 + 20 + 12 + 32 + 2 * 8
const GAP = 8

/** As many of them as have room, the first to leave gone first. */
export function fitting(columns: readonly Column[], width: number): Column[] {
  const kept = [...columns]
  const needed = () => kept.reduce((sum, column) => sum + column.width + GAP, FIXED + NAME.width)
  while (width > 0 && needed() > width) {
    const leaving = kept.filter(({ leaves }) => leaves !== undefined)
    if (leaving.length === 0) break
    const next = leaving.reduce((a, b) => ((a.leaves ?? 0) <= (b.leaves ?? 0) ? a : b))
    kept.splice(kept.indexOf(next), 1)
  }
  return kept
}

/** As CSS has it, checkbox and glyph first. */
export function templateOf(columns: readonly Column[]): string {
  return ['30px', '20px', `minmax(${NAME.width}px, 1fr)`, ...columns.map(({ width }) => `${width}px`)].join(
    ' ',
  )
}

/** `kista-1` of `exchange@kista-1`, where that says which node is meant. */
export function shortNode(node: string, all: readonly string[]): string {
  const half = node.slice(node.indexOf('@') + 1)
  const isTold = half !== 'localhost' && all.filter((name) => name.endsWith(`@${half}`)).length === 1
  return isTold ? half : node
}
