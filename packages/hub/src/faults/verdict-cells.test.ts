import { expect, test } from 'vitest'
import { targetRecord } from './fixture.ts'
import { verdictCells } from './verdict-cells.ts'

const above = (_node: string, key: string) => (key === 'Root/calls/call#1' ? 'CallSup' : null)

test('an experiment stands under the supervisor above what it hit, a cell for each kind of fault', () => {
  const steps = ['kill', 'delay', 'block', 'dependency', 'exhaust'].map((fault) => ({ fault }))
  const at = (step: number, key: string, state: 'gone' | 'refused' = 'gone') =>
    targetRecord({ step, key, state })
  const targets = [
    at(0, 'Root/calls/call#1'),
    at(0, 'Root/trunks/trunk#1'),
    at(0, 'Root/trunks/trunk#2'),
    at(1, 'Root/trunks/trunk#2', 'refused'),
    at(1, 'Lonely'),
    at(2, ''),
    at(3, 'smtp:alpha'),
    at(4, 'Root/calls'),
  ]
  expect(
    verdictCells(steps, targets, 'degraded', above).map(({ subtree, fault }) => `${subtree} × ${fault}`),
  ).toEqual([
    'CallSup × kill',
    'trunks × kill',
    'Lonely × delay',
    'shop@localhost × block',
    'smtp:alpha × dependency',
    'calls × exhaust',
  ])
})
