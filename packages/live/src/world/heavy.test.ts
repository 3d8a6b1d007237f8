/** Frames that are right and cost as much as a frame can. One that holds the hub up ends in the test's own time limit. */

import { decodeFrame } from '@orrery/protocol/codec'
import { heavyFrames, newStory, RULES, randomOf, seedOf, spoiled } from '@orrery/protocol/fuzz'
import { describe, expect, test } from 'vitest'
import { ORPHANS_KEY } from './keys.ts'
import { helloOf, START_MS } from './test/teller.ts'
import { createWorld } from './world.ts'

const NODE = 'mail@localhost'
const PROCESSES = 12_000

function told(...bytes: Uint8Array[]) {
  const world = createWorld({ nowMs: START_MS })
  world.hello(helloOf(NODE), START_MS)
  let seq = 0
  for (const each of bytes) {
    const read = decodeFrame(each)
    if (!read.ok) throw new Error(read.message)
    world.frame(NODE, { ...read.frame, seq: ++seq }, START_MS)
  }
  return world
}

describe('a frame of twelve thousand processes', () => {
  test.each(heavyFrames().map((heavy) => [heavy.name, heavy] as const))(
    '%s: is applied, and again',
    (_, heavy) => {
      const bytes = heavy.bytes(1)
      const world = told(bytes, bytes)
      const tree = world.treeView(NODE)
      expect(tree?.processes).toBeLessThanOrEqual(PROCESSES)
      expect(Object.keys(tree?.rows ?? {}).length).toBeLessThanOrEqual(PROCESSES + 2)
    },
  )

  test('whoever is not moved for want of time is under the orphans until the next picture', () => {
    const frames = new Map(heavyFrames().map((heavy) => [heavy.name, heavy]))
    const backwards = frames.get('supervisors in a chain told backwards')
    const forwards = frames.get('supervisors in a chain')
    if (!backwards || !forwards) throw new Error('the heavy frames were renamed')
    const lost = told(backwards.bytes(1)).treeView(NODE)
    expect(lost?.processes).toBe(PROCESSES)
    expect(Object.values(lost?.rows ?? {}).some(({ parent }) => parent === ORPHANS_KEY)).toBe(true)
    const healed = told(backwards.bytes(1), forwards.bytes(2)).treeView(NODE)
    expect(healed?.processes).toBe(PROCESSES)
    expect(healed?.roots).toHaveLength(1)
  })
})

const seed = seedOf(process.env)
test(`[WIRE-15] [WIRE-34] in whatever order, the tree can be drawn and nothing is counted twice (seed ${seed})`, () => {
  const random = randomOf(seed)
  const world = createWorld({ nowMs: START_MS })
  world.hello(helloOf(NODE), START_MS)
  const story = newStory()
  for (let seq = 1; seq <= 2_000; seq++) {
    const read = decodeFrame(spoiled(random.pick(RULES), random, story, seq))
    // A report's schema is the hub's to check, before the world hears of it.
    if (read.ok) read.frame.records = read.frame.records.filter(({ type }) => !type.startsWith('crash'))
    if (read.ok) world.frame(NODE, read.frame, START_MS + seq)
    if (seq % 20 > 0) continue
    world.tick(START_MS + seq)
    const tree = world.treeView(NODE)
    expect(tree?.processes, `ORRERY_SEED=${seed}, frame ${seq}`).toBeGreaterThanOrEqual(0)
    expect(Object.values(tree?.counts ?? {}).every((count) => count >= 0)).toBe(true)
    for (const { key, parent } of Object.values(tree?.rows ?? {}))
      expect(parent === null || tree?.rows[parent] !== undefined, `${key} hangs under ${parent}`).toBe(true)
  }
})
