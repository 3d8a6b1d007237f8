import { describe, expect, it } from 'vitest'
import { chipModel, thinned } from './chip-model.ts'
import { incident, row } from './fixture.ts'
import { groupBox } from './group-geometry.ts'
import { hollowDelayMs, incidentsOf } from './incident.ts'
import { layOut } from './layout.ts'
import { levelAlphas, metricsAt } from './metrics.ts'
import { modelOf } from './model.ts'
import { poolSize } from './pool.ts'

const found = (view = incident()) => {
  const { shape } = modelOf(view, new Set())
  return incidentsOf(view, (key) => shape.nodes.get(key)?.children ?? [])
}

describe('incident', () => {
  it('names who exited, what was stopped and which start is in progress', () => {
    expect(found()).toEqual([
      {
        supervisor: 'root/TrunkSup',
        strategy: 'one_for_all',
        culprit: 'root/TrunkSup/TrunkLink',
        affected: ['root/TrunkSup/TrunkLink', 'root/TrunkSup/Framer', 'root/TrunkSup/ChannelSup'],
        atMs: 1_000,
        text: 'frame_overrun',
        crashId: 'c1',
        stopped: 34,
        starting: 1,
        phase: 'starting',
      },
    ])
  })

  it('ends when everything it took down is up again', () => {
    const view = incident()
    for (const one of Object.values(view.rows)) one.status = 'running'
    expect(found(view)).toEqual([])
  })

  it('takes only later siblings under rest_for_one', () => {
    const view = incident()
    const supervisor = view.rows['root/TrunkSup']
    const link = view.rows['root/TrunkSup/TrunkLink']
    const framer = view.rows['root/TrunkSup/Framer']
    if (!supervisor || !link || !framer) throw new Error('fixture')
    supervisor.strategy = 'rest_for_one'
    framer.exit = link.exit
    link.exit = null
    expect(found(view)[0]?.affected).toEqual(['root/TrunkSup/Framer', 'root/TrunkSup/ChannelSup'])
  })

  it('is also seen where nothing exited abnormally', () => {
    const view = incident()
    const link = view.rows['root/TrunkSup/TrunkLink']
    if (link) link.exit = null
    expect(found(view)).toMatchObject([{ culprit: null, stopped: 2, starting: 1, phase: 'starting' }])
  })

  it('says that the supervisor gives up', () => {
    const view = incident()
    const link = view.rows['root/TrunkSup/TrunkLink']
    if (link?.exit) link.exit.action = 'give_up'
    expect(found(view)[0]?.phase).toBe('giving-up')
  })

  it('makes the last started hollow first, within 300 ms', () => {
    expect([0, 1, 2].map((index) => hollowDelayMs(index, 3))).toEqual([60, 30, 0])
    expect(hollowDelayMs(0, 1_000)).toBeLessThanOrEqual(300)
  })

  it('outlines all it took down, pools below included, with room for three lines', () => {
    const view = incident()
    const { shape } = modelOf(view, new Set())
    const metrics = metricsAt(0.92)
    const layout = layOut(shape, metrics, (node) =>
      poolSize(node.slots ?? 0, false, metrics, levelAlphas(0.92)),
    )
    const first = found(view)[0]
    if (!first) throw new Error('no incident')
    const descend = (key: string): string[] => [
      key,
      ...(shape.nodes.get(key)?.children ?? []).flatMap(descend),
    ]
    const box = groupBox(first, layout, metrics, descend)
    if (!box?.note) throw new Error('no outline')
    for (const key of ['root/TrunkSup/TrunkLink', 'root/TrunkSup/ChannelSup/channel']) {
      const inside = layout.boxes.get(key)
      if (!inside) throw new Error('not placed')
      expect(box.x).toBeLessThan(inside.x)
      expect(box.x + box.width).toBeGreaterThan(inside.x + inside.width)
      expect(box.y + box.height).toBeGreaterThan(inside.y + inside.height)
    }
    const outside = layout.boxes.get('root/Directory')
    expect((outside?.y ?? 0) + (outside?.height ?? 0)).toBeLessThanOrEqual(box.y)
  })
})

describe('chip', () => {
  const link = () => incident().rows['root/TrunkSup/TrunkLink'] ?? row('x')
  it('counts the init of a restarting process in steps of 10 ms', () => {
    expect(chipModel(link(), 2_147, null).note).toEqual({ text: 'init 640 ms', tone: 'restarting' })
  })
  it('counts how long it is down until a new process is there', () => {
    expect(chipModel({ ...link(), pid: '<0.1712.0>' }, 1_250, null).note?.text).toBe('down 250 ms')
  })
  it('says its place in the order of starts', () => {
    const view = incident()
    const framer = view.rows['root/TrunkSup/Framer'] ?? row('x')
    const model = chipModel(framer, 0, found(view)[0] ?? null)
    expect(model.note?.text).toBe('waits, 2 of 3')
    expect(model.isGhost).toBe(true)
  })
  it('keeps the exit in words, and that nobody restarts it', () => {
    const exit = {
      atMs: 0,
      tag: 'noproc',
      text: 'noproc',
      pid: 'p',
      crashId: null,
      action: 'leave',
      stopped: 0,
    } as const
    const model = chipModel(row('r/a', { status: 'crashed', exit }), 0, null)
    expect(model.note).toEqual({ text: 'noproc · not restarted', tone: 'crashed' })
    expect(model.edge).toBe('crashed')
  })
  it('glows for 60 s after a restart, and never before one', () => {
    const back = row('r/a', { restarts: 1, startedAtMs: 1_000 })
    expect(chipModel(back, 60_000, null).hasAfterglow).toBe(true)
    expect(chipModel(back, 62_000, null).hasAfterglow).toBe(false)
    expect(chipModel({ ...back, restarts: 0 }, 2_000, null).hasAfterglow).toBe(false)
  })
  it('draws two seconds as one point and keeps gaps', () => {
    expect(thinned([1, 3, null, null, 5, null])).toEqual([2, null, 5])
  })
})
