import { fileURLToPath } from 'node:url'
import { defineConfig } from 'prisma/config'

// Every Prisma command looks for its schema engine and would download it, also `generate`, which never runs it. Any
// existing file ends the search. `prisma/schema-engine.mjs` answers in the engine's place where one is needed.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(
  new URL('./prisma/schema-engine.mjs', import.meta.url),
)
process.env.PRISMA_HIDE_UPDATE_MESSAGE ??= '1'

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // Only for Prisma's own command line: the hub connects by itself. Commands that open no database take the default.
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://localhost:5432/orrery' },
})
