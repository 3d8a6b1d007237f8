import type { BlastGroup, BlastRadius, BlastSupervisor } from '@orrery/protocol/faults'
import { expect, it } from 'vitest'
import { BOX_HEIGHT, blastPicture, figuresOf } from './blast-model.ts'

const group = (change: Partial<BlastGroup>): BlastGroup => ({
  label: 'Call',
  module: 'Call',
  parent: 'exchange_sup/CallSup',
  count: 51,
  of: 1_020,
  effect: 'targeted',
  via: '',
  restart: 'temporary',
  keys: [],
  ...change,
})
const supervisor = (change: Partial<BlastSupervisor>): BlastSupervisor => ({
  key: 'exchange_sup/CallSup',
  name: 'CallSup',
  strategy: 'simple_one_for_one',
  intensity: 5,
  periodMs: 5_000,
  used: 0,
  expected: 0,
  isAtRisk: false,
  escalatesTo: 'exchange_sup',
  ...change,
})
const calls: BlastRadius = {
  targeted: 51,
  refused: [],
  groups: [
    group({}),
    group({ label: 'Leg', module: 'Leg', parent: 'x', effect: 'may_exit', via: 'link', of: 51 }),
    group({
      label: 'CdrWriter',
      module: 'CdrWriter',
      parent: 'y',
      effect: 'signalled',
      via: 'monitor',
      of: 51,
    }),
  ],
  supervisors: [supervisor({})],
}

it('targets stand right of their supervisor, whom they reach right of them', () => {
  const { boxes, edges } = blastPicture(calls, [
    { key: 'exchange_sup/TrunkSup', name: 'TrunkSup', parent: 'exchange_sup' },
    { key: 'other/OtherSup', name: 'OtherSup', parent: 'other' },
  ])
  expect(boxes.map(({ title, detail }) => [title, detail])).toEqual([
    ['exchange_sup', 'unaffected'],
    ['CallSup', 'restarts none'],
    ['TrunkSup', 'unaffected'],
    ['Call × 51 of 1,020', 'targeted, temporary'],
    ['Leg × 51', 'linked, may exit'],
    ['CdrWriter × 51', '51 DOWN'],
  ])
  expect(edges.map(({ tone }) => tone)).toEqual(['plain', 'plain', 'plain', 'exit', 'signal'])
})

it('a supervisor without enough headroom is at risk, and says who decides then', () => {
  const risky = { ...calls, supervisors: [supervisor({ used: 2, expected: 4, isAtRisk: true })] }
  const box = blastPicture(risky, []).boxes.find(({ title }) => title === 'CallSup')
  expect(box).toMatchObject({ tone: 'risk', detail: 'may give up' })
  expect(box?.words).toBe(
    'CallSup: 2 of 5 restarts used, 4 expected. It would give up, then exchange_sup decides.',
  )
  expect(figuresOf([risky])).toEqual({ targeted: 51, mayExit: 51, restarted: 0, signalled: 51, atRisk: 1 })
})

it('who is restarted below a supervisor that is not drawn hangs on the nearest above it', () => {
  const trunk = {
    ...calls,
    groups: [
      group({ label: 'TrunkLink', count: 1, of: 1, parent: 'exchange_sup/trunkSup' }),
      group({
        label: 'Channel',
        count: 32,
        of: 32,
        parent: 'exchange_sup/trunkSup/channelSup',
        effect: 'restarted',
      }),
    ],
    supervisors: [],
  }
  expect(blastPicture(trunk, []).edges.map(({ tone }) => tone)).toEqual(['plain', 'plain', 'restart'])
})

it('no two boxes lie upon each other, however many there are; the rest is counted', () => {
  for (const many of [0, 1, 4, 5, 6, 40]) {
    const groups = Array.from({ length: many }, (_, i) =>
      group({ label: `P${i}`, effect: i % 3 === 0 ? 'targeted' : i % 3 === 1 ? 'may_exit' : 'signalled' }),
    )
    const { boxes, height } = blastPicture({ ...calls, groups }, [])
    for (const [i, a] of boxes.entries()) {
      expect(a.y).toBeGreaterThanOrEqual(0)
      expect(a.y + BOX_HEIGHT).toBeLessThanOrEqual(height)
      for (const b of boxes.slice(i + 1)) {
        const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x || Math.abs(a.y - b.y) >= BOX_HEIGHT
        expect(isApart, `${a.title} and ${b.title} of ${many}`).toBe(true)
      }
    }
  }
  const crowd = Array.from({ length: 9 }, (_, i) => group({ label: `P${i}` }))
  const { boxes } = blastPicture({ ...calls, groups: crowd }, [])
  expect(boxes.at(-1)).toMatchObject({ title: '5 more' })
})
