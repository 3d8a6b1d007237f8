import { FAULTS, faultRequest, scenarioBody } from '@orrery/protocol/faults'
import { describe, expect, it } from 'vitest'
import {
  addStep,
  askedOf,
  bodyOf,
  changeStep,
  draftOf,
  dropStep,
  missing,
  newDraft,
  takenBy,
  withKind,
} from './draft.ts'
import { draftPath, labPath, readLabAddress, writeLabAddress } from './lab-address.ts'
import type { Kind } from './lab-api.ts'

/** As they come over the wire. */
const kinds = new Map<string, Kind>(
  Object.values(FAULTS).map((kind) => [
    kind.kind,
    JSON.parse(JSON.stringify({ ...kind, parameters: null })) as Kind,
  ]),
)
const aimed = (kind: string) =>
  changeStep(newDraft(kind), { query: 'module:Call sample:5%', node: 'exchange@kista-1', port: 'lager' })

describe('a draft', () => {
  it.each(Object.keys(FAULTS))(
    'of every kind is a request the hub takes, with parameters of its own: %s',
    (kind) => {
      const draft = aimed(kind)
      expect(missing(draft, kinds)).toBeNull()
      const asked = askedOf(draft, kinds)
      expect(faultRequest.safeParse(asked).error?.issues ?? []).toEqual([])
      const parameters = FAULTS[kind as keyof typeof FAULTS].parameters
      expect(parameters.safeParse(asked.steps[0]?.parameters).error?.issues ?? []).toEqual([])
    },
  )

  it('says what is missing, and in which of several faults', () => {
    expect(missing(newDraft('throw'), kinds)).toBe('say which processes.')
    expect(missing(newDraft('pause'), kinds)).toBe('choose a node.')
    expect(missing(changeStep(newDraft('dependency'), { node: 'a' }), kinds)).toBe('choose a port.')
    expect(missing(newDraft('rain'), kinds)).toBe('choose a fault of the catalogue.')
    const two = withKind(addStep(aimed('throw')), 'partition')
    expect(missing(changeStep(two, { port: '' }), kinds)).toBe('Fault 2: choose a port.')
  })

  it('keeps senders only where a kind has edges', () => {
    const from = { query: 'name:TrunkLink', from: 'name:Framer' }
    expect(bodyOf(changeStep(newDraft('delay'), from), kinds).steps[0]?.target).toEqual(from)
    expect(bodyOf(changeStep(newDraft('kill'), from), kinds).steps[0]?.target).toEqual({
      query: 'name:TrunkLink',
    })
  })

  it('another kind takes over the target and leaves the parameters of the other behind', () => {
    const before = changeStep(aimed('throw'), { parameters: { reason: 'mine' } })
    const [step] = withKind(before, 'delay').steps
    expect(step).toMatchObject({ kind: 'delay', query: 'module:Call sample:5%', parameters: {}, when: null })
  })

  it('counts as taken what is refused, where it is known to be of that fault', () => {
    const target = (step: number) => ({ step, node: 'a@b', key: `k${step}`, pid: '<0.1.0>' })
    const refused = [{ node: 'a@b', key: 'k9', code: 'fault.busy', message: 'busy' }]
    const one = newDraft('kill')
    const two = { ...addStep(one), at: 1 }
    expect(takenBy({ targets: [target(0)], refused }, one)).toBe(2)
    expect(takenBy({ targets: [target(0), target(1)], refused: [] }, two)).toBe(1)
    expect(takenBy({ targets: [target(0)], refused }, two)).toBeNull()
    expect(takenBy(null, one)).toBeNull()
  })

  it('another kind of fault is no longer the scenario that was loaded', () => {
    const loaded = { ...newDraft('kill'), name: 'Trunk flap' }
    expect(withKind(loaded, 'delay').name).toBe('')
    expect(withKind(loaded, 'kill').name).toBe('Trunk flap')
  })

  it('the edited fault stays the edited one when another is removed', () => {
    const three = addStep(addStep(aimed('throw')))
    expect(three.at).toBe(2)
    expect(dropStep(three, 0)).toMatchObject({ at: 1 })
    expect(dropStep(three, 2)).toMatchObject({ at: 1 })
    expect(dropStep(aimed('throw'), 0).steps).toHaveLength(1)
  })

  it('comes back from a scenario as it was put in', () => {
    const two = {
      ...withKind(addStep(aimed('throw')), 'delay'),
      arrangement: 'sequence' as const,
      name: 'flap',
    }
    const body = scenarioBody.parse(bodyOf(two, kinds))
    expect(bodyOf(draftOf(body), kinds)).toEqual(body)
  })

  it('one process of a scenario becomes a query that names it', () => {
    const step = { fault: 'kill', target: { node: 'a@b', pid: '<0.17.0>' } }
    const body = scenarioBody.parse({ steps: [step] })
    expect(draftOf(body).steps[0]?.query).toBe('node:a@b pid:<0.17.0>')
  })
})

describe('the address of the lab', () => {
  const through = (query: string) => readLabAddress(new URLSearchParams(query)).draft

  it('holds kind and target in words, and nothing else while nothing else was chosen', () => {
    const draft = changeStep(newDraft('drop'), { query: 'name:Framer' })
    expect(writeLabAddress({ draft })).toBe('kind=drop&q=name%3AFramer')
    expect(through('kind=drop&q=name%3AFramer')).toEqual(draft)
    expect(labPath({ kind: 'kill', q: 'name:A', node: '' })).toBe('/faults?kind=kill&q=name%3AA')
  })

  it('holds everything that was chosen, and gives it back', () => {
    const draft = {
      ...withKind(addStep(aimed('throw')), 'delay'),
      arrangement: 'sequence' as const,
      stop: { crashes: 3, intensityPercent: null, mailbox: 7, lostMs: 1_000, handlingP99Ms: 0.5 },
      schedule: { kind: 'pattern' as const, times: 4, minGapMs: 2_000, maxGapMs: 9_000 },
      seed: 7,
    }
    expect(through(draftPath(draft).split('?')[1] ?? '')).toEqual(draft)
  })

  it('of somebody who wrote nonsense is as it comes', () => {
    const plain = through('kind=throw')
    for (const nonsense of ['{', '[]', '{"steps":[]}', '{"steps":"x"}', 'null', '{"steps":[null]}'])
      expect(through(`kind=throw&d=${encodeURIComponent(nonsense)}`)).toEqual(plain)
    const odd = through(
      `d=${encodeURIComponent('{"steps":[{"kind":3,"when":{"kind":"x"},"durationMs":"y"}],"at":9,"schedule":{"kind":"z"}}')}`,
    )
    expect(odd).toMatchObject({ at: 0, schedule: { kind: 'now' } })
    expect(odd.steps[0]).toMatchObject({ kind: 'throw', when: null, durationMs: 60_000 })
  })
})
