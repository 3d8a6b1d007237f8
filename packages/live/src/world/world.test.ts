import { describe, expect, it } from 'vitest'
import { call, calls, lease, ROOT, suspend } from './test/call-node.ts'
import { ONE_FOR_ALL, START_MS, started, Teller } from './test/teller.ts'

describe('a snapshot', () => {
  it('replaces all, keeps what is the same process, and takes no old count for news', () => {
    const t = new Teller()
    t.start(ROOT, { ref: 2, parentRef: 1, childId: 'a' }, { ref: 3, parentRef: 1, childId: 'b' })
    t.second([[2, 0, 7, 7]])
    t.snapshot(ROOT, { ref: 2, parentRef: 1, childId: 'a' }, { ref: 4, parentRef: 1, childId: 'c' })
    expect(Object.keys(t.tree.rows)).toEqual(['root', 'root/a', 'root/c'])
    t.second([
      [2, 0, 9, 9],
      [4, 0, 1_000_000, 1_000_000],
    ])
    expect(t.row('root/a')).toMatchObject({ receivedPerS: 2, spark: [0, 7, 2] })
    expect(t.row('root/c')).toMatchObject({ receivedPerS: 0, status: 'running' })
  })
  it('of another incarnation begins with nothing', () => {
    const t = calls(8)
    const { structure } = t.world.version(t.node)
    t.again('00000000-0000-4000-8000-000000000002')
    t.snapshot({ ...ROOT, ref: 1 })
    expect(Object.keys(t.tree.rows)).toEqual(['root'])
    expect(t.world.version(t.node).structure).toBeGreaterThan(structure)
  })
})

describe('a node', () => {
  it('is stale after 3 s of silence, gone after 10 s, and keeps its last picture', () => {
    const t = calls(3)
    t.exit(11, { crashId: 'c' })
    t.pass(2_999)
    t.world.tick(t.nowMs)
    expect(t.tree.nodeStatus).toBe('live')
    t.pass(1)
    t.world.tick(t.nowMs)
    expect(t.tree.nodeStatus).toBe('stale')
    t.pass(7_000)
    t.world.tick(t.nowMs)
    expect(t.tree.nodeStatus).toBe('gone')
    expect(t.row('root/calls/call#1').status).toBe('crashed')
    t.tell()
    expect(t.tree.nodeStatus).toBe('live')
  })
  it('is stopped by a goodbye, and stays so', () => {
    const t = calls(1)
    t.world.goodbye(t.node, t.nowMs)
    t.world.lost(t.node, t.nowMs)
    t.pass(60_000)
    t.world.tick(t.nowMs)
    expect(t.world.node(t.node)?.status).toBe('stopped')
    t.pass(3_600_000)
    t.world.tick(t.nowMs)
    expect(t.world.node(t.node)).toBeNull()
  })
  it('is stale at once when its connection is lost', () => {
    const t = calls(1)
    t.world.lost(t.node, t.nowMs)
    expect(t.world.node(t.node)?.status).toBe('stale')
  })
  it('counts crashes and restarts of five minutes, the node’s own counts included, none twice', () => {
    const t = calls(3)
    t.second([], { crashes: 0, restarts: 0 })
    t.exit(10, { crashId: 'c1' })
    t.second([], { crashes: 4, restarts: 2 })
    t.exit(11, { crashId: 'c2' })
    t.start({ ref: 40, parentRef: 2, childId: 'call', slot: 1, replaces: 11, restarts: 1 })
    t.second([], { crashes: 4, restarts: 2 })
    const row = t.world.node(t.node)
    expect(row).toMatchObject({ crashes5m: 4, restarts5m: 2 })
    expect(row?.crashBuckets).toHaveLength(30)
    expect(t.world.timelineView(null).marks.map(({ kind, key }) => [kind, key])).toEqual([
      ['crash', 'root/calls/call#0'],
      ['crash', 'root/calls/call#1'],
      ['restart', 'root/calls/call#1'],
    ])
    t.quiet(301)
    expect(t.world.timelineView(null).marks).toEqual([])
    expect(t.world.node(t.node)).toMatchObject({ crashes5m: 0, restarts5m: 0 })
  })
  it('takes a frame it had before for nothing, and counts holes', () => {
    const t = calls(1)
    const drops = { samples: 1, lifecycle: 2, results: 0, crashes: 0 }
    const frame = { seq: 1, atUs: 0, wallMs: START_MS, drops, records: [started(ROOT)] }
    expect(t.world.frame(t.node, frame, t.nowMs)).toMatchObject({ isDuplicate: true, records: 0 })
    expect(t.world.frame(t.node, { ...frame, seq: 5 }, t.nowMs)).toMatchObject({ gap: 3, records: 1 })
    expect(t.world.node(t.node)?.agent).toMatchObject({ gaps: 3, drops: 3 })
  })
  it('counts refs nobody has heard of', () => {
    const t = calls(1)
    expect(t.exit(77).unknownRefs).toBe(1)
    const samples = { refs: [10, 77, 78], mailbox: [0, 0, 0], received: [0, 0, 0], handled: [0, 0, 0] }
    expect(t.tell({ type: 'process.samples', atUs: 0, ...samples }).unknownRefs).toBe(2)
  })
})

describe('series', () => {
  it('have a gap where nothing was heard, never a zero', () => {
    const t = calls(1)
    t.quiet(3)
    t.pass(5_000)
    t.quiet(3)
    const line = t.world.timelineView(t.node).messagesPerS.slice(-11)
    expect(line).toEqual([null, null, 10, 10, null, null, null, null, null, expect.any(Number), 10])
  })
  it('are kept for a minute of a process, and cost nothing when it is idle', () => {
    const t = calls(2)
    for (let s = 1; s <= 70; s++) t.second([[10, 1, s * 3, s * 3]])
    const view = t.world.processView(t.node, 'root/calls/call#0')
    expect(view?.series.received).toEqual(new Array(60).fill(3))
    expect(view?.series.mailbox).toEqual(new Array(60).fill(1))
    expect(t.world.processView(t.node, 'root/calls/call#1')?.series.received).toEqual([])
  })
})

describe('the process view', () => {
  it('has supervisor, child spec, incarnations and crashes, stored or not', () => {
    const t = new Teller()
    const a = { ref: 2, parentRef: 1, childId: 'a' }
    t.start({ ...ROOT, supervisor: ONE_FOR_ALL }, a)
    t.exit(2, { crashId: 'c1', willRestart: true })
    t.decide(2, 'restart', { crashId: 'c1' })
    t.start({ ...a, ref: 3, replaces: 2, restarts: 1 })
    expect(t.world.processView(t.node, 'root/a')).toMatchObject({
      row: { key: 'root/a', pid: '<0.3.0>', restarts: 1 },
      supervisor: { key: 'root', strategy: 'one_for_all', marks: [t.nowMs] },
      childSpec: { restart: 'permanent', shutdown: 5_000 },
      crashes: [{ id: 'c1', tag: 'boom', stored: false }],
      incarnations: [
        { pid: '<0.3.0>', exitedAtMs: null },
        { pid: '<0.2.0>', exit: 'boom' },
      ],
    })
    t.world.crashStored('c1')
    expect(t.world.processView(t.node, 'root/a')?.crashes[0]?.stored).toBe(true)
    t.quiet(6)
    expect(t.row('root').intensity).toEqual({ allowed: 3, periodMs: 5_000, marks: [] })
  })
  it('keeps what it knows of a process that is gone', () => {
    const t = calls(3)
    t.exit(10, { crashId: 'c1' })
    t.quiet(11)
    expect(t.world.processView(t.node, 'root/calls/call#0')).toMatchObject({
      row: null,
      crashes: [{ id: 'c1' }],
    })
  })
})

describe('the process table', () => {
  const ask = { node: null, q: '', sort: 'name', order: 'asc' as const, offset: 0, limit: 10 }
  it('filters, sorts and windows', () => {
    const t = calls(30)
    t.figures([
      [10, 300, 0, 0],
      [25, 500, 0, 0],
      [12, 120, 0, 0],
    ])
    const view = t.world.processesView({
      ...ask,
      q: 'mailbox:>100 sup:calls',
      sort: 'mailboxLength',
      order: 'desc',
      limit: 2,
    })
    expect(view).toMatchObject({
      total: 3,
      rows: [{ mailboxLength: 500 }, { mailboxLength: 300 }],
      error: null,
    })
    expect(t.world.processesView({ ...ask, q: 'is:supervisor' }).rows.map(({ key }) => key)).toEqual([
      'root/calls',
      'root',
    ])
    expect(t.world.processesView({ ...ask, node: 'nobody@here' }).total).toBe(0)
  })
  it('windows as a whole sort would, wherever the window is', () => {
    const t = calls(400)
    t.figures(Array.from({ length: 400 }, (_, i) => [10 + i, (i * 7919) % 50, 0, 0]))
    const all = t.world.processesView({ ...ask, sort: 'mailbox', order: 'desc', limit: 500 }).rows
    for (const offset of [0, 17, 390]) {
      const { rows } = t.world.processesView({ ...ask, sort: 'mailbox', order: 'desc', offset, limit: 15 })
      expect(rows).toEqual(all.slice(offset, offset + 15))
    }
  })
  it('says where a query is wrong', () => {
    expect(calls(1).world.processesView({ ...ask, q: 'mailbox:many' })).toMatchObject({
      total: 0,
      rows: [],
      error: { code: 'query.number_expected' },
    })
  })
})

describe('faults', () => {
  it('lie over a slot, follow its restart, and stay on the timeline when they are over', () => {
    const t = new Teller()
    const a = { ref: 2, parentRef: 1, childId: 'a' }
    t.start(ROOT, a)
    t.world.setFaults([lease('f1', 'root/a', t)])
    expect([t.row('root/a').fault, t.tree.underFault, t.world.node(t.node)?.faults]).toEqual(['f1', 1, 1])
    t.exit(2, { crashId: 'c', willRestart: true })
    t.start({ ...a, ref: 3, replaces: 2 })
    expect(t.row('root/a').fault).toBe('f1')
    t.pass(1_000)
    t.world.tick(t.nowMs)
    t.world.setFaults([])
    expect([t.row('root/a').fault, t.tree.underFault]).toEqual([null, 0])
    expect(t.world.timelineView(t.node).faults).toMatchObject([{ id: 'f1', toMs: t.nowMs }])
  })
  it('end when the node says so', () => {
    const t = calls(1)
    t.world.setFaults([lease('f1', 'root/calls', t)])
    t.tell({ type: 'lease.ended', atUs: t.atUs, id: 'f1', why: 'expired' })
    expect(t.row('root/calls').fault).toBeNull()
  })
})

describe('offenders', () => {
  it('are the longest mailboxes, most restarts, most messages and the held', () => {
    const t = calls(4)
    t.exit(13, { crashId: 'c', willRestart: true })
    t.start({ ...call(3), ref: 33, replaces: 13 })
    suspend(t, 2)
    t.second([
      [10, 400, 400, 0],
      [11, 0, 90, 90],
      [12, 50, 50, 0],
    ])
    const hub = { version: '', address: '', startedAtMs: 0, store: 'embedded', storeState: 'ready' } as const
    expect(t.world.clusterView(hub).offenders.map(({ key, what, value }) => [key, what, value])).toEqual([
      ['root/calls/call#0', 'mailbox', 400],
      ['root/calls/call#3', 'restarts', 1],
      ['root/calls/call#1', 'messages', 90],
      ['root/calls/call#2', 'suspended', 50],
    ])
  })
})
