/** What a view is asked with when nothing was chosen yet. */
import type { ViewParams } from './types.ts'

/** Defaults of every view's parameters; a caller overrides what it knows. */
export const DEFAULT_PARAMS: { readonly [V in keyof ViewParams]: Readonly<ViewParams[V]> } = {
  cluster: {},
  tree: { node: '' },
  processes: { node: null, q: '', sort: 'status', order: 'asc', offset: 0, limit: 80 },
  process: { node: '', key: '' },
  series: { metric: 'messages', node: null, key: null, windowS: 300 },
  crashes: { q: '' },
  crash: { id: '' },
  faults: {},
  timeline: { node: null },
  messages: { node: null, by: 'node', windowS: 300, pick: null },
  node: { node: '' },
  table: {
    node: null,
    q: '',
    sort: 'mailbox',
    order: 'desc',
    group: 'none',
    folds: '',
    pins: '',
    turn: 0,
    offset: 0,
    limit: 80,
  },
  selection: { node: null, q: null, ids: '' },
}

/** At most this many rows travel in one window of the process table. */
export const MAX_PROCESS_ROWS = 500
