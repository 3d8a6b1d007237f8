import { describe, expect, it } from 'vitest'
import { createCamera, type Frames } from './camera-control.ts'
import { type Layout, layOut, type ShapeNode } from './layout.ts'
import { LEVEL_SCALE, metricsAt } from './metrics.ts'

const SIZE = { width: 1_032, height: 724 }

/** A root with many workers, at any scale. */
function layoutAt(scale: number): Layout {
  const kids = Array.from({ length: 60 }, (_, index) => `r/${index}`)
  const node = (key: string, children: string[]): [string, ShapeNode] => [
    key,
    { key, children, promoted: [], slots: null, isGuarded: false },
  ]
  const nodes = new Map([node('r', kids), ...kids.map((kid) => node(kid, []))])
  return layOut({ roots: ['r'], nodes }, metricsAt(scale), () => ({ width: 0, height: 0 }))
}

function setup({ isStill = false } = {}) {
  let due: [number, (nowMs: number) => void][] = []
  let nowMs = 0
  let id = 0
  const frames: Frames = {
    request(tick) {
      due.push([++id, tick])
      return id
    },
    cancel(which) {
      due = due.filter(([held]) => held !== which)
    },
    nowMs: () => nowMs,
    isStill: () => isStill,
  }
  const camera = createCamera(frames)
  let told = 0
  camera.subscribe(() => {
    told++
  })
  return {
    camera,
    told: () => told,
    isQuiet: () => due.length === 0,
    frame(ms = 16) {
      nowMs += ms
      const ticks = due
      due = []
      for (const [, tick] of ticks) tick(nowMs)
    },
    opened() {
      camera.stand({ layoutAt, size: SIZE, covered: 0 })
      camera.open()
      told = 0
      return camera.now()
    },
  }
}

describe('the camera in motion', () => {
  it('is nowhere until there is something to stand over', () => {
    const { camera, isQuiet } = setup()
    camera.panBy(10, 10)
    camera.zoomTo(1)
    camera.open()
    expect(camera.now()).toBeNull()
    expect(isQuiet()).toBe(true)
  })

  it('moves at once and tells of it once a frame', () => {
    const { camera, told, frame, opened, isQuiet } = setup()
    const from = opened()
    for (let i = 0; i < 10; i++) camera.panBy(0, -4)
    expect(camera.now()?.y).toBe((from?.y ?? 0) - 40)
    expect(told()).toBe(0)
    frame()
    expect(told()).toBe(1)
    frame()
    expect(told()).toBe(1)
    expect(isQuiet()).toBe(true)
  })

  it('eases to a level, and arrives', () => {
    const { camera, told, frame, opened, isQuiet } = setup()
    const from = opened()?.scale ?? 0
    camera.zoomTo(LEVEL_SCALE.far)
    frame(60)
    const between = camera.now()?.scale ?? 0
    expect(Math.abs(between - LEVEL_SCALE.far)).toBeLessThan(Math.abs(from - LEVEL_SCALE.far))
    for (let i = 0; i < 20; i++) frame()
    expect(camera.now()?.scale).toBe(LEVEL_SCALE.far)
    expect(told()).toBeGreaterThan(2)
    expect(isQuiet()).toBe(true)
  })

  it('jumps where motion is not wanted', () => {
    const { camera, told, frame, opened } = setup({ isStill: true })
    opened()
    camera.zoomTo(LEVEL_SCALE.far)
    expect(camera.now()?.scale).toBe(LEVEL_SCALE.far)
    frame()
    expect(told()).toBe(1)
  })

  it('stays where the reader went when it is asked to open again, until it fits the whole', () => {
    const { camera, opened } = setup()
    const from = opened()
    camera.panBy(0, -100)
    camera.open()
    expect(camera.now()?.y).toBe((from?.y ?? 0) - 100)
    camera.fit()
    camera.open()
    expect(camera.now()).toEqual(from)
  })

  it('a hand ends what moves by itself', () => {
    const { camera, frame, opened } = setup()
    opened()
    camera.show('r/59')
    frame()
    const at = camera.now()?.y ?? 0
    camera.panBy(0, 5)
    for (let i = 0; i < 20; i++) frame()
    expect(camera.now()?.y).toBe(at + 5)
  })

  it('tells nobody who has left', () => {
    const { camera, frame, opened, isQuiet } = setup()
    opened()
    camera.panBy(1, 1)
    camera.stop()
    expect(isQuiet()).toBe(true)
    frame()
  })
})
