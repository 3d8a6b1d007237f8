import type { Stretch } from '@orrery/live/world'
import { expect, test } from 'vitest'
import { experimentRecord, targetRecord } from './fixture.ts'
import { createSubtreeWatch } from './subtree-watch.ts'

const START_S = 1_764_400_000
const node = 'shop@localhost'

/** A world of one node that handled `perS(second)` in every second it was heard in. */
function world(perS: (second: number) => number | null) {
  const asked: { roots: readonly string[] | null; from: number; to: number }[] = []
  return {
    asked,
    above: (_node: string, key: string) => {
      const parent = key.slice(0, Math.max(0, key.lastIndexOf('/')))
      return parent === '' ? null : { key: parent, pid: '', name: parent }
    },
    node: () => null,
    addStretch(_node: string, roots: readonly string[] | null, from: number, to: number, into: Stretch) {
      asked.push({ roots, from, to })
      for (let second = from; second <= to; second++) {
        const value = perS(second)
        if (value === null) continue
        into.seconds++
        into.handled += value
        into.mailboxPeak = Math.max(into.mailboxPeak ?? 0, second % 10)
        into.took.add(1_000, 1)
      }
    },
  }
}

function record(fault: string, forS: number, keys: string[] = ['Shop/pool#1']) {
  const whole = experimentRecord({ createdAtMs: START_S * 1_000, endedAtMs: (START_S + forS) * 1_000 })
  const steps = whole.steps.map((step) => ({ ...step, fault }))
  return { ...whole, steps, targets: keys.map((key) => targetRecord({ node, key, state: 'recovered' })) }
}

test('what the supervisor above had handled before is held against what it handled since, each second once', () => {
  const shop = world((second) => (second < START_S ? 100 : 40))
  const watch = createSubtreeWatch(shop)
  const slow = record('slow', 90, ['Shop/pool#1', 'Shop/pool#2'])
  for (let s = 0; s <= 90; s++) watch.tick([slow], (START_S + s) * 1_000)
  expect(watch.take(slow)).toEqual({
    before: { seconds: 60, handledPerS: 100, handlingP99Ms: expect.closeTo(1, 1), mailboxPeak: 9 },
    during: { seconds: 90, handledPerS: 40, handlingP99Ms: expect.closeTo(1, 1), mailboxPeak: 9 },
  })
  expect(new Set(shop.asked.map(({ roots }) => String(roots)))).toEqual(new Set(['Shop']))
  const since = shop.asked.slice(1)
  expect(since.every(({ from }, i) => from === (since[i - 1]?.to ?? START_S - 1) + 1)).toBe(true)
})

test('of a shot that nobody saw running the ten seconds after it count', () => {
  const watch = createSubtreeWatch(world((second) => (second < START_S ? 100 : 80)))
  expect(watch.take(record('kill', 0)).during).toMatchObject({ seconds: 10, handledPerS: 80 })
})

test('a paused node did nothing in the seconds it was not heard', () => {
  const isUp = (second: number): boolean => second < START_S || second >= START_S + 15
  const silent = world((second) => (isUp(second) ? 100 : null))
  const seen = (fault: string) => createSubtreeWatch(silent).take(record(fault, 20)).during.handledPerS
  expect([seen('pause'), seen('delay')]).toEqual([25, 100])
  expect(silent.asked.at(0)?.roots).toBeNull()
})

test('the whole node is looked at where a fault is of a port or a node, and a supervisor where it is of that', () => {
  const roots = (fault: string, key: string) => {
    const shop = world(() => 1)
    createSubtreeWatch(shop).take(record(fault, 5, [key]))
    return shop.asked.at(0)?.roots
  }
  expect(roots('dependency', 'smtp:alpha')).toBeNull()
  expect(roots('block', '')).toBeNull()
  expect(roots('exhaust', 'Shop/pool')).toEqual(['Shop/pool'])
  expect(roots('kill', 'Shop')).toEqual(['Shop'])
})

test('it looks from the first second at all that will be hit, whether or not its node has answered yet', () => {
  const shop = world(() => 1)
  const watch = createSubtreeWatch(shop)
  const both = record('slow', 60, ['Shop/pool#1', 'Shop/desk#1'])
  const [gone, intended] = both.targets.map((target, i) => ({
    ...target,
    key: i === 0 ? 'Shop/a/1' : 'Shop/b/1',
  }))
  if (gone === undefined || intended === undefined) throw new Error('two targets')
  watch.tick([{ ...both, targets: [gone, { ...intended, state: 'intended' }] }], START_S * 1_000)
  expect(shop.asked[0]?.roots).toEqual(['Shop/a', 'Shop/b'])
})

test('a target that refused is not looked at, and one that is forgotten costs nothing', () => {
  const shop = world(() => 1)
  const watch = createSubtreeWatch(shop)
  const refused = record('slow', 5)
  const none = { ...refused, targets: [targetRecord({ state: 'refused' })] }
  expect(watch.take(none)).toMatchObject({ before: { seconds: 0 }, during: { handledPerS: null } })
  expect(watch.take({ ...none, startedAtMs: null })).toMatchObject({ during: { seconds: 0 } })
  expect(shop.asked).toEqual([])
})
