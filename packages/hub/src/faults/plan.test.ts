import { expect, it } from 'vitest'
import { readPlan, readScenario } from './plan.ts'

const none = async () => null
const target = { node: 'shop@localhost', pid: 'Shop/counter-0' }
const read = (body: unknown) => readPlan(body, none, () => 42)

it('makes a plan of one step of a fault in short, its parameters whole and its seed chosen', async () => {
  expect(await read({ fault: 'delay', target, parameters: { delayMs: 10 } })).toMatchObject({
    ok: true,
    plan: {
      seed: 42,
      arrangement: 'together',
      steps: [{ fault: 'delay', parameters: { delayMs: 10, jitterMs: 0 } }],
    },
  })
})

it('takes a saved scenario in its own time, and refuses one that is not there', async () => {
  const saved = readScenario({ steps: [{ fault: 'kill', target }], name: 'one down' })
  if (!saved.ok) throw new Error(saved.message)
  const at = '2030-01-01T00:00:00Z'
  const body = { scenario: 'S-1', seed: 7, schedule: { kind: 'at', at } }
  expect(
    await readPlan(
      body,
      async () => saved.body,
      () => 42,
    ),
  ).toMatchObject({
    plan: { name: 'one down', seed: 7, schedule: { at } },
  })
  expect(await read(body)).toMatchObject({ ok: false, code: 'scenario.unknown' })
})

const wrong: [why: string, body: object, code: string, words: RegExp][] = [
  ['a kind nobody knows', { fault: 'explode', target }, 'fault.unknown', /no fault explode/],
  [
    'a parameter nobody knows',
    { fault: 'drop', target, parameters: { x: 1 } },
    'fault.malformed',
    /parameters/,
  ],
  [
    'a value beyond its limit',
    { fault: 'delay', target, parameters: { delayMs: 60_001 } },
    'fault.over_limit',
    /parameters\.delayMs/,
  ],
  [
    'a time beyond its limit',
    { fault: 'hang', target, durationMs: 3_600_001 },
    'fault.over_limit',
    /durationMs/,
  ],
  [
    'a when of what is done once',
    { fault: 'kill', target, when: { kind: 'always' } },
    'fault.malformed',
    /when/,
  ],
  ['a process for a fault of nodes', { fault: 'pause', target }, 'fault.malformed', /laid upon a node/],
  [
    'a node for a fault of processes',
    { fault: 'hang', target: { node: 'a@b' } },
    'fault.malformed',
    /as a whole/,
  ],
  [
    'an edge for what has none',
    { fault: 'hang', target: { query: '', from: 'name:x' } },
    'fault.malformed',
    /edge/,
  ],
  [
    'a query that does not parse',
    { fault: 'hang', target: { query: 'mailbox:>many' } },
    'fault.malformed',
    /target/,
  ],
  [
    'runs without an end',
    { fault: 'hang', target, durationMs: null, schedule: { kind: 'every', everyMs: 1_000, times: 2 } },
    'fault.malformed',
    /end by itself/,
  ],
  [
    'gaps the wrong way round',
    { fault: 'kill', target, schedule: { kind: 'pattern', times: 2, minGapMs: 2_000, maxGapMs: 1_000 } },
    'fault.malformed',
    /minGapMs/,
  ],
  ['a key nobody knows', { fault: 'kill', target, force: true }, 'fault.malformed', /force/],
]
it.each(wrong)('refuses %s, with a sentence', async (_, body, code, words) => {
  expect(await read(body)).toMatchObject({ ok: false, code, message: expect.stringMatching(words) })
})

it('refuses a sequence in which something waits for what has no end', async () => {
  const hang = { fault: 'hang', target, durationMs: null }
  const kill = { fault: 'kill', target }
  expect(await read({ steps: [hang, kill], arrangement: 'sequence' })).toMatchObject({
    code: 'fault.malformed',
  })
  expect(await read({ steps: [kill, hang], arrangement: 'sequence' })).toMatchObject({ ok: true })
})
