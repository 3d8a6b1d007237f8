import type { Found } from '@orrery/live/world'
import { MAX_TARGETS, type Step, step } from '@orrery/protocol/faults'
import { expect, it } from 'vitest'
import { refuse } from './plan.ts'
import { labelOfSteps, resolveTargets, type TargetSources } from './resolve-targets.ts'

function call(n: number, node = 'a@h'): Found {
  return {
    node,
    key: `Root/Call#${n}`,
    pid: `<0.${n}.0>`,
    name: `Call ${n}`,
    module: 'Call',
    parent: 'Root',
    isSupervisor: false,
  }
}

function sources(found: Found[], meek: string[] = []): TargetSources {
  return {
    find: () => found,
    found: (node, key) => found.find((each) => each.node === node && each.key === key) ?? null,
    refusal: (node) => (meek.includes(node) ? refuse('node.not_armed') : null),
  }
}

const on = (query: string, more: object = {}): Step[] => [
  step.parse({ fault: 'drop', target: { query }, ...more }),
]
const chosen = (...args: Parameters<typeof resolveTargets>) => {
  const resolved = resolveTargets(...args)
  if (!resolved.ok) throw new Error(resolved.message)
  return resolved.chosen
}
const keys = (...args: Parameters<typeof resolveTargets>) =>
  chosen(...args).legs.flatMap(({ node, targets }) => targets.map(({ key }) => `${node} ${key}`))

const fifty = Array.from({ length: 50 }, (_, n) => call(n))

it('picks the same of those that match for the same seed, others for another', () => {
  const picked = keys(on('module:Call sample:10%'), sources(fifty), 7)
  expect(picked).toHaveLength(5)
  expect(keys(on('module:Call sample:10%'), sources(fifty), 7)).toEqual(picked)
  expect(keys(on('module:Call sample:10%'), sources(fifty), 8)).not.toEqual(picked)
})

it('leaves out nodes that take no faults, and says so for each process there', () => {
  const both = [call(1, 'a@h'), call(2, 'b@h')]
  const of = chosen(on(''), sources(both, ['b@h']), 1)
  expect(of.legs.map(({ node }) => node)).toEqual(['a@h'])
  expect(of.refused).toMatchObject([{ node: 'b@h', key: 'Root/Call#2', code: 'node.not_armed' }])
  expect(of.matching).toBe(2)
})

it('refuses what matches nothing, too much, or no supervisor', () => {
  expect(resolveTargets(on('x'), sources([]), 1)).toMatchObject({ code: 'fault.no_target' })
  const many = Array.from({ length: MAX_TARGETS + 1 }, (_, n) => call(n))
  expect(resolveTargets(on('x'), sources(many), 1)).toMatchObject({ code: 'fault.too_many' })
  expect(
    resolveTargets([step.parse({ fault: 'exhaust', target: { query: '' } })], sources(fifty), 1),
  ).toMatchObject({
    code: 'fault.no_target',
  })
})

it('cuts what is too long for one message, and names many in words', () => {
  const many = Array.from({ length: 5_000 }, (_, n) => call(n))
  const of = chosen(on('module:Call'), sources(many), 1)
  expect(of.legs.map(({ targets }) => targets.length)).toEqual([2_000, 2_000, 1_000])
  expect(of.labels).toEqual(['Call × 5000'])
})

it('knows an edge by the keys of its senders on the same node', () => {
  const both = [call(1, 'a@h'), call(2, 'b@h')]
  const asked: TargetSources = {
    ...sources(both),
    find: (query) => (query.clauses.length === 0 ? both : [call(9, 'a@h')]),
  }
  const of = chosen([step.parse({ fault: 'drop', target: { query: '', from: 'name:x' } })], asked, 1)
  expect(of.legs).toMatchObject([{ node: 'a@h', senders: ['Root/Call#9'] }])
  expect(of.refused).toMatchObject([{ node: 'b@h', code: 'fault.no_target' }])
})

it('names the targets of all steps by their arrangement, and neighbours of one name once', () => {
  expect(labelOfSteps(['Framer', 'TrunkLink'], 'sequence')).toBe('Framer, then TrunkLink')
  expect(labelOfSteps(['Framer', 'TrunkLink'], 'together')).toBe('Framer and TrunkLink')
  expect(labelOfSteps(['TrunkLink', 'TrunkLink'], 'sequence')).toBe('TrunkLink')
})
