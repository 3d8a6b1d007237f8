/** A small exchange for tests: rows as a hub would send them. */
import type { TreeRow, TreeView } from '@orrery/live/views'

export function row(key: string, over: Partial<TreeRow> = {}): TreeRow {
  const at = key.lastIndexOf('/')
  return {
    key,
    pid: `<0.${key.length}.0>`,
    previousPid: null,
    parent: at < 0 ? null : key.slice(0, at),
    order: 0,
    name: key.slice(at + 1),
    label: null,
    behaviour: 'GenServer',
    module: key.slice(at + 1),
    kind: over.strategy ? 'supervisor' : 'worker',
    strategy: null,
    status: 'running',
    restarts: 0,
    mailboxLength: 0,
    receivedPerS: 0,
    handledPerS: 0,
    spark: [],
    startedAtMs: 0,
    fault: null,
    exit: null,
    intensity: null,
    pool: null,
    promotedFrom: null,
    childCount: 0,
    ...over,
  }
}

export function treeOf(rows: TreeRow[], over: Partial<TreeView> = {}): TreeView {
  return {
    node: 'exchange@kista-1',
    nodeStatus: 'live',
    lastHeardAtMs: 0,
    processes: rows.length,
    counts: {
      crashed: 0,
      restarting: 0,
      waiting: 0,
      backlog: 0,
      suspended: 0,
      busy: 0,
      running: rows.length,
      exited: 0,
    },
    underFault: 0,
    rows: Object.fromEntries(rows.map((one) => [one.key, one])),
    roots: rows.filter((one) => one.parent === null).map((one) => one.key),
    ...over,
  }
}

/** TrunkLink exited, TrunkSup (one_for_all) stopped Framer and ChannelSup with its pool; TrunkLink is being initialised. */
export function incident(): TreeView {
  return treeOf([
    row('root', { strategy: 'one_for_one' }),
    row('root/Directory', { order: 0 }),
    row('root/TrunkSup', { order: 1, strategy: 'one_for_all' }),
    row('root/TrunkSup/TrunkLink', {
      order: 0,
      pid: '<0.1893.0>',
      previousPid: '<0.1712.0>',
      status: 'restarting',
      startedAtMs: 1_500,
      restarts: 1,
      exit: {
        atMs: 1_000,
        tag: 'frame_overrun',
        text: 'frame_overrun',
        pid: '<0.1712.0>',
        crashId: 'c1',
        action: 'restart',
        stopped: 34,
      },
    }),
    row('root/TrunkSup/Framer', { order: 1, status: 'waiting' }),
    row('root/TrunkSup/ChannelSup', { order: 2, status: 'waiting', strategy: 'simple_one_for_one' }),
    row('root/TrunkSup/ChannelSup/channel', {
      kind: 'pool',
      status: 'waiting',
      pool: { count: 32, counts: { waiting: 32 }, cells: btoa('\u0002'.repeat(32)) },
    }),
  ])
}
