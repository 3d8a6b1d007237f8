import { expect, test } from 'vitest'
import { violations } from './import-rules.mjs'

test('the runtime may import nothing but itself and Node', () => {
  expect(violations('packages/runtime/src/a.ts', "import { z } from 'zod'")).toHaveLength(1)
  expect(
    violations('packages/runtime/src/a.ts', "import type { Term } from '@orrery/protocol'"),
  ).toHaveLength(1)
  expect(violations('packages/runtime/src/a.ts', "import { b } from './b.ts'\nimport 'node:fs'")).toEqual([])
})

test('only server.ts of the dashboard imports the hub, and nobody there the world', () => {
  expect(violations('apps/dashboard/server.ts', "import { createHub } from '@orrery/hub'")).toEqual([])
  expect(violations('apps/dashboard/src/a.tsx', "import { createHub } from '@orrery/hub'")).toHaveLength(1)
  expect(violations('apps/dashboard/src/a.tsx', "const w = await import('@orrery/live/world')")).toHaveLength(
    1,
  )
  expect(violations('apps/dashboard/src/a.tsx', "import { apply } from '@orrery/live/views'")).toEqual([])
})

test('only the hub opens the database', () => {
  expect(violations('packages/agent/src/a.ts', "import pg from 'pg'")).toHaveLength(1)
  expect(violations('packages/hub/src/store/a.ts', "import pg from 'pg'")).toEqual([])
})

test('a relative import that leaves its package is found, also over several lines', () => {
  expect(
    violations('packages/live/src/a.ts', "import {\n  a,\n  b,\n} from '../../hub/src/b.ts'"),
  ).toHaveLength(1)
})

test('an import that is only shown breaks no rule', () => {
  const shown = "export const EXAMPLE = `import { start } from '@orrery/runtime'\nstart()\n`\n"
  expect(violations('apps/dashboard/src/a.ts', shown)).toEqual([])
  expect(
    violations('apps/dashboard/src/a.ts', `${shown}import { start } from '@orrery/runtime'`),
  ).toHaveLength(1)
})
