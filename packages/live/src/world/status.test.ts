import { describe, expect, it } from 'vitest'
import { rank } from './status.ts'
import { OF_MANY, ONE_FOR_ALL, ONE_FOR_ONE, Teller } from './test/teller.ts'

const ROOT = { ref: 1, name: 'root', supervisor: ONE_FOR_ONE }
const A = { ref: 2, parentRef: 1, childId: 'a' }

function pair(): Teller {
  const t = new Teller()
  t.start(ROOT, A)
  return t
}

describe('a living process', () => {
  it('restarts until it is initialised, then runs', () => {
    const t = new Teller()
    t.start(ROOT, { ...A, isInitialised: false })
    expect(t.row('root/a').status).toBe('restarting')
    t.tell({ type: 'process.initialised', atUs: t.atUs, ref: 2 })
    expect(t.row('root/a').status).toBe('running')
  })
  it('is busy when it handled something in the last second', () => {
    const t = pair()
    t.second([[2, 0, 5, 5]])
    expect(t.row('root/a')).toMatchObject({ status: 'busy', receivedPerS: 5, handledPerS: 5 })
    t.second()
    expect(t.row('root/a')).toMatchObject({ status: 'running', receivedPerS: 0, handledPerS: 0 })
  })
  it('has a backlog when its mailbox is longer than 100 and has grown for 5 s', () => {
    const t = pair()
    for (let s = 1; s <= 4; s++) t.second([[2, 100 + s, 100 + s, 0]])
    expect(t.row('root/a').status).toBe('running')
    t.second([[2, 105, 105, 0]])
    expect(t.row('root/a').status).toBe('backlog')
    t.second([[2, 90, 105, 15]])
    expect(t.row('root/a').status).toBe('busy')
  })
  it('has no backlog at 100 however long it grows', () => {
    const t = pair()
    for (let s = 1; s <= 20; s++) t.second([[2, 80 + s, 80 + s, 0]])
    expect(t.row('root/a')).toMatchObject({ status: 'running', mailboxLength: 100 })
  })
  it('has no backlog when its mailbox is long and stands still', () => {
    const t = pair()
    t.second([[2, 5_000, 5_000, 0]])
    for (let s = 1; s <= 10; s++) t.second([[2, 5_000, 5_000, 0]])
    expect(t.row('root/a').status).toBe('running')
  })
  it('is suspended until it is resumed', () => {
    const t = pair()
    t.tell({ type: 'process.changed', atUs: t.atUs, ref: 2, isSuspended: true })
    expect(t.row('root/a').status).toBe('suspended')
    t.tell({ type: 'process.changed', atUs: t.atUs, ref: 2, isSuspended: false })
    expect(t.row('root/a').status).toBe('running')
  })
  it('shows a backlog before a suspension', () => {
    const t = pair()
    t.tell({ type: 'process.changed', atUs: t.atUs, ref: 2, isSuspended: true })
    for (let s = 1; s <= 5; s++) t.second([[2, 100 + s, 100 + s, 0]])
    expect(t.row('root/a').status).toBe('backlog')
  })
})

describe('a process that ended', () => {
  it('is crashed until its supervisor decided, restarting until the next is initialised', () => {
    const t = pair()
    t.exit(2, { crashId: 'c1', willRestart: true })
    expect(t.row('root/a')).toMatchObject({
      status: 'crashed',
      exit: { crashId: 'c1', pid: '<0.2.0>', action: null },
    })
    t.decide(2, 'restart', { crashId: 'c1' })
    expect(t.row('root/a')).toMatchObject({ status: 'restarting', exit: { action: 'restart' } })
    t.start({ ...A, ref: 3, replaces: 2, restarts: 1, isInitialised: false })
    expect(t.row('root/a')).toMatchObject({ status: 'restarting', pid: '<0.3.0>', previousPid: '<0.2.0>' })
    t.tell({ type: 'process.initialised', atUs: t.atUs, ref: 3 })
    expect(t.row('root/a').status).toBe('running')
    t.quiet(9)
    expect(t.row('root/a')).toMatchObject({ previousPid: '<0.2.0>', exit: { crashId: 'c1' } })
    t.quiet(1)
    expect(t.row('root/a')).toMatchObject({ previousPid: null, exit: null })
  })
  it('keeps its slot while its restart is put off', () => {
    const t = pair()
    t.exit(2, { crashId: 'c1', willRestart: true })
    t.decide(2, 'restart', { crashId: 'c1' })
    t.quiet(30)
    expect(t.row('root/a')).toMatchObject({ status: 'restarting', exit: { crashId: 'c1' } })
  })
  it('keeps its slot again and again', () => {
    const t = new Teller()
    const sup = { ref: 2, parentRef: 1, childId: 'sup', supervisor: ONE_FOR_ONE }
    t.start(ROOT, sup)
    for (let ref = 2; ref < 6; ref++) {
      t.exit(ref, { crashId: `c${ref}`, willRestart: true })
      t.decide(ref, 'restart', { crashId: `c${ref}` })
      t.quiet(12)
      expect(t.row('root/sup').status).toBe('restarting')
      t.start({ ...sup, ref: ref + 1, replaces: ref })
    }
  })
  it('is restarting when it ended normally and will be restarted', () => {
    const t = pair()
    t.exit(2, { willRestart: true })
    expect(t.row('root/a')).toMatchObject({ status: 'restarting', exit: null })
  })
  it('stays crashed for 10 s when its supervisor leaves it', () => {
    const t = pair()
    t.exit(2, { crashId: 'c1' })
    t.decide(2, 'leave', { crashId: 'c1' })
    t.quiet(9)
    expect(t.row('root/a')).toMatchObject({ status: 'crashed', exit: { action: 'leave' } })
    t.quiet(1)
    expect(t.tree.rows['root/a']).toBeUndefined()
  })
  it('goes at once when it ended normally and nobody keeps its place', () => {
    const t = new Teller()
    t.start({ ...ROOT, supervisor: OF_MANY }, { ...A, restart: 'temporary' })
    t.exit(2)
    expect(Object.keys(t.tree.rows)).toEqual(['root'])
  })
  it('stays exited for 10 s when its supervisor still has its child spec', () => {
    const t = new Teller()
    t.start(ROOT, { ...A, restart: 'transient' })
    t.exit(2)
    expect(t.row('root/a').status).toBe('exited')
    t.quiet(10)
    expect(t.tree.rows['root/a']).toBeUndefined()
  })
  it('waits when a strategy stopped it, and goes when it is temporary', () => {
    const t = new Teller()
    const b = { ref: 3, parentRef: 1, childId: 'b' }
    const c = { ref: 4, parentRef: 1, childId: 'c', restart: 'temporary' as const }
    t.start({ ...ROOT, supervisor: ONE_FOR_ALL }, A, b, c)
    t.exit(2, { crashId: 'c1', willRestart: true })
    t.decide(2, 'restart', { crashId: 'c1', stops: [4, 3] })
    expect(t.row('root/a').exit).toMatchObject({ stopped: 2 })
    t.exit(4, { tag: 'shutdown' })
    t.exit(3, { tag: 'shutdown' })
    expect(t.row('root/b').status).toBe('waiting')
    expect(t.tree.rows['root/c']).toBeUndefined()
    t.start({ ...A, ref: 5, replaces: 2 }, { ...b, ref: 6, replaces: 3 })
    expect(t.row('root/b')).toMatchObject({ status: 'running', pid: '<0.6.0>' })
  })
  it('waits below a supervisor that will be back, and goes when it does not come with it', () => {
    const t = new Teller()
    const sup = { ref: 2, parentRef: 1, childId: 'sup', supervisor: ONE_FOR_ONE }
    const x = { ref: 3, parentRef: 2, childId: 'x' }
    const y = { ref: 4, parentRef: 2, childId: 'y' }
    t.start(ROOT, sup, x, y)
    t.exit(2, { crashId: 'c1', tag: 'killed', willRestart: true })
    t.exit(3, { tag: 'shutdown' })
    t.exit(4, { tag: 'shutdown' })
    t.decide(2, 'restart', { crashId: 'c1' })
    expect([t.row('root/sup').status, t.row('root/sup/x').status]).toEqual(['restarting', 'waiting'])
    t.start({ ...sup, ref: 12, replaces: 2, restarts: 1 }, { ...x, ref: 13, parentRef: 12 })
    expect(t.row('root/sup/x')).toMatchObject({ status: 'running', pid: '<0.13.0>' })
    expect(t.row('root/sup/y').status).toBe('waiting')
    t.quiet(4)
    expect(t.tree.rows['root/sup/y']).toBeUndefined()
  })
  it('keeps the picture when a supervisor gives up and is restarted by its own', () => {
    const t = new Teller()
    const sup = { ref: 2, parentRef: 1, childId: 'sup', supervisor: ONE_FOR_ONE }
    t.start(ROOT, sup, { ref: 3, parentRef: 2, childId: 'x' }, { ref: 4, parentRef: 2, childId: 'y' })
    t.exit(3, { crashId: 'c1' })
    t.decide(3, 'give_up', { crashId: 'c1' })
    t.exit(4, { tag: 'shutdown' })
    expect([t.row('root/sup/x').status, t.row('root/sup/y').status]).toEqual(['crashed', 'waiting'])
    t.exit(2, { tag: 'shutdown', willRestart: true })
    expect(t.row('root/sup').status).toBe('restarting')
    t.quiet(12)
    expect(Object.keys(t.tree.rows)).toHaveLength(4)
    t.start({ ...sup, ref: 12, replaces: 2 }, { ref: 13, parentRef: 12, childId: 'x' })
    expect(t.row('root/sup/x')).toMatchObject({ status: 'running', previousPid: '<0.3.0>' })
    expect(t.row('root/sup').intensity?.marks).toEqual([])
  })
  it('goes with a supervisor that gave up and came back without it', () => {
    const t = new Teller()
    const sup = { ref: 2, parentRef: 1, childId: 'sup', supervisor: OF_MANY }
    const call = (slot: number) => ({ ref: 10 + slot, parentRef: 2, childId: 'call', slot })
    t.start(ROOT, sup, call(0), call(1), call(2))
    t.exit(10, { crashId: 'c1', willRestart: true })
    t.decide(10, 'give_up', { crashId: 'c1', stops: [12, 11] })
    t.exit(12, { tag: 'shutdown' })
    t.exit(11, { tag: 'shutdown' })
    t.exit(2, { crashId: 'c2', tag: 'shutdown', willRestart: true })
    t.decide(2, 'restart', { crashId: 'c2' })
    t.quiet(5)
    expect(Object.values(t.tree.rows).map(({ status }) => status)).toEqual([
      'running',
      'restarting',
      'crashed',
      'waiting',
      'waiting',
    ])
    t.start({ ...sup, ref: 20, replaces: 2, restarts: 1 })
    t.quiet(4)
    expect(Object.keys(t.tree.rows)).toEqual(['root', 'root/sup'])
  })
})

describe('exits and ranks', () => {
  it('take an end for a crash when there is a report of it', () => {
    const t = pair()
    t.exit(2, { tag: 'killed' })
    expect(t.row('root/a')).toMatchObject({ status: 'exited', exit: null })
  })
  it('put a fault between waiting and backlog', () => {
    const order = [
      rank(0, false),
      rank(1, false),
      rank(2, false),
      rank(6, true),
      rank(3, false),
      rank(4, false),
    ]
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(new Set(order).size).toBe(order.length)
  })
})
