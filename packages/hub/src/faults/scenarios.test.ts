import { readdirSync, readFileSync } from 'node:fs'
import type { Scenario } from '@orrery/protocol/faults'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import type { AuditEntry, AuditResult } from '../store/store.ts'
import { createAudited } from './audited.ts'
import { readScenario } from './plan.ts'
import { createScenarios } from './scenarios.ts'

const apps = new URL('../../../../apps/', import.meta.url)
const files = ['exchange', 'mail-robustifier'].flatMap((app) =>
  readdirSync(new URL(`${app}/scenarios/`, apps)).map((name) => `${app}/scenarios/${name}`),
)

test.each(files)('%s is a scenario that would be saved', (file) => {
  const read = readScenario(JSON.parse(readFileSync(new URL(file, apps), 'utf8')))
  expect(read).toMatchObject({ ok: true, body: { name: expect.stringMatching(/\w/) } })
})

describe('a scenario', () => {
  const operator = { who: 'ann', role: 'operator' } as const
  const body = { name: 'One call', steps: [{ fault: 'kill', target: { query: 'module:Call sample:1' } }] }

  function open() {
    const audit: (AuditEntry & { settled?: AuditResult })[] = []
    const kept = new Map<string, Scenario>()
    const scenarios = createScenarios({
      lab: {
        scenarios: async () => [...kept.values()],
        scenario: async (id) => kept.get(id) ?? null,
        async addScenario(wanted, { who }) {
          const made = {
            id: 'S-0001',
            name: wanted.name,
            by: who,
            savedAt: '2026-11-29T00:00:00.000Z',
            body: wanted,
          }
          kept.set(made.id, made)
          return made
        },
        putScenario: async (id, wanted) => {
          const held = kept.get(id)
          return held === undefined ? null : { ...held, body: wanted }
        },
        dropScenario: async (id) => (kept.has(id) ? 'in_use' : 'unknown'),
      },
      audited: createAudited({
        clock: systemClock,
        trail: {
          write: async (entry) => String(audit.push({ ...entry })),
          settle: (id, result) => Object.assign(audit[Number(id) - 1] ?? {}, { settled: result }),
        },
      }),
    })
    return { scenarios, audit }
  }

  test('is saved whole, with an audit row, and looked up for whoever runs it', async () => {
    const { scenarios, audit } = open()
    expect(await scenarios.add(operator, body)).toMatchObject({
      ok: true,
      value: { id: 'S-0001', by: 'ann' },
    })
    expect(audit).toMatchObject([
      { action: 'scenario.create', parameters: { name: 'One call' }, settled: { ok: true } },
    ])
    expect((await scenarios.bodyOf('S-0001'))?.steps).toHaveLength(1)
    expect(await scenarios.bodyOf('S-0009')).toBeNull()
  })

  test.each([
    ['no name', { ...body, name: ' ' }, 'fault.malformed'],
    ['no such fault', { ...body, steps: [{ fault: 'smash', target: { node: 'a' } }] }, 'fault.unknown'],
    [
      'a query that does not parse',
      { ...body, steps: [{ fault: 'kill', target: { query: 'modul:x' } }] },
      'fault.malformed',
    ],
    [
      'a parameter beyond its limit',
      {
        ...body,
        steps: [{ fault: 'duplicate', target: { query: 'module:Call' }, parameters: { copies: 99 } }],
      },
      'fault.over_limit',
    ],
    [
      'a port for what is laid upon processes',
      { ...body, steps: [{ fault: 'kill', target: { node: 'a', port: 'b' } }] },
      'fault.malformed',
    ],
    ['a time', { ...body, schedule: { kind: 'now' } }, 'fault.malformed'],
    ['no body', undefined, 'fault.malformed'],
  ])('with %s is refused and written down', async (_why, wrong, code) => {
    const { scenarios, audit } = open()
    expect(await scenarios.add(operator, wrong)).toMatchObject({ ok: false, code })
    expect(audit).toMatchObject([{ action: 'scenario.create', result: { ok: false, code } }])
    expect(await scenarios.list()).toEqual([])
  })

  test('is changed and dropped only where it is, and not from under a routine', async () => {
    const { scenarios } = open()
    expect(await scenarios.put(operator, 'S-0001', body)).toMatchObject({ code: 'scenario.unknown' })
    expect(await scenarios.drop(operator, 'S-0001')).toMatchObject({ code: 'scenario.unknown' })
    await scenarios.add(operator, body)
    expect(await scenarios.put(operator, 'S-0001', { ...body, name: 'A call' })).toMatchObject({ ok: true })
    expect(await scenarios.drop(operator, 'S-0001')).toMatchObject({ code: 'scenario.in_use' })
    expect(await scenarios.drop({ who: 'vic', role: 'viewer' }, 'S-0001')).toMatchObject({
      code: 'role.insufficient',
    })
  })
})
