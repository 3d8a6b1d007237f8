import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { createCounters } from '../counters.ts'
import { createMetrics } from './metrics.ts'

const root = new URL('../../../../', import.meta.url)
const page = readFileSync(new URL('docs/operations.md', root), 'utf8')

/** Metrics need the counters and what kind of store there is, and no store. */
function metricNames(): string[] {
  const deps = {
    live: { counters: createCounters, nodes: () => ({}) },
    store: { kind: 'embedded', ready: () => true },
    version: '0.1.0',
  } as unknown as Parameters<typeof createMetrics>[0]
  return createMetrics(deps)
    .getMetricsAsArray()
    .map(({ name }) => name)
}

test('the operations page explains every metric there is, and none that is not', () => {
  const explained = [...page.matchAll(/`((?:orrery|nodejs|process)_\w+)`/g)].map(([, name]) => name)
  expect(metricNames().filter((name) => !explained.includes(name))).toEqual([])
  expect(explained.filter((name) => !metricNames().includes(name ?? ''))).toEqual([])
})

test('every setting of the server is in the README, and none that it does not read', () => {
  const readme = readFileSync(new URL('README.md', root), 'utf8')
  const table = readme.slice(readme.indexOf('| server |'), readme.indexOf('| node |'))
  const told = [...table.matchAll(/`((?:ORRERY_\w+|DATABASE_URL))`/g)].map(([, name]) => name ?? '')
  const read: string[] = []
  readConfig(
    new Proxy<Record<string, string>>(
      {},
      {
        get(_target, name) {
          read.push(String(name))
          return undefined
        },
      },
    ),
  )
  expect(read.filter((name) => name !== 'REDIS_URL').sort()).toEqual([...new Set(told)].sort())
})
