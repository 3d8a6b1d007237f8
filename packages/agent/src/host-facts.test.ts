import { nodeFacts } from '@orrery/protocol'
import { expect, test } from 'vitest'
import { hostFacts } from './host-facts.ts'
import { createRedactor } from './redact.ts'

const redactor = createRedactor()
const env = {
  ORRERY_HUB_URL: 'http://127.0.0.1:4040',
  ORRERY_AGENT_TOKEN: 'abc',
  DATABASE_URL: 'postgres://app:hunter2@db/app',
  NODE_ENV: 'production',
  TRUNK_LINKS: 'E1-01',
  PRIVATE_THING: 'x',
}

test('[WIRE-17] only names on the list are told, and what looks like a secret has no value', () => {
  const facts = hostFacts({ redactor, env, environment: ['TRUNK_LINKS'] })
  expect(facts.environment).toEqual([
    { name: 'DATABASE_URL', value: null },
    { name: 'NODE_ENV', value: 'production' },
    { name: 'ORRERY_AGENT_TOKEN', value: null },
    { name: 'ORRERY_HUB_URL', value: 'http://127.0.0.1:4040' },
    { name: 'TRUNK_LINKS', value: 'E1-01' },
  ])
  expect(facts.withheld).toBe(1)
  expect(JSON.stringify(facts)).not.toContain('hunter2')
})

test('flags are told with their values, and what hides in one is hidden', () => {
  const execArgv = ['--max-old-space-size=664', '--import', 'tsx', '--enable-source-maps', '--token=abc']
  expect(hostFacts({ redactor, env: {}, execArgv }).flags).toEqual([
    { name: '--max-old-space-size', value: '664' },
    { name: '--import', value: 'tsx' },
    { name: '--enable-source-maps', value: '' },
    { name: '--token', value: null },
  ])
})

test('facts keep their bounds, whatever the environment holds', () => {
  const long = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`ORRERY_${'A'.repeat(i)}`, 'x'.repeat(900)]),
  )
  expect(nodeFacts.safeParse(hostFacts({ redactor, env: long })).error).toBeUndefined()
})
