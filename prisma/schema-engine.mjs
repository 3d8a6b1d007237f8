#!/usr/bin/env node
/**
 * Stands in for Prisma's `schema-engine`, which is downloaded from a host that not every network reaches. Prisma also
 * publishes the engine as WebAssembly in the registry: this answers the command line's JSON-RPC on standard streams
 * with it, over a Postgres in memory. It writes migrations and finds drift, and needs no server:
 *
 *   npx prisma migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --script
 *   npx prisma migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --exit-code
 *
 * The hub applies migrations by itself when it starts; this is for whoever changes the schema, and for the check.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const require = createRequire(new URL('../packages/hub/package.json', import.meta.url))
const load = (name) => import(require.resolve(name))

const CHAR = 18
const TEXT = 25

const closers = []

/** A database in memory behind a socket, as Prisma's own driver sees a server. */
async function openDatabase() {
  const { PGlite } = await load('@electric-sql/pglite')
  const { PGLiteSocketServer } = await load('@electric-sql/pglite-socket')
  const { PrismaPg } = await load('@prisma/adapter-pg')
  const { ColumnTypeEnum } = await load('@prisma/driver-adapter-utils')
  const { default: pg } = await load('pg')
  const folder = await mkdtemp(join(tmpdir(), 'orrery-'))
  const db = await PGlite.create()
  const server = new PGLiteSocketServer({ db, path: join(folder, '.s.PGSQL.5432'), maxConnections: 4 })
  await server.start()
  const pool = new pg.Pool({ host: folder, port: 5432, user: 'postgres', database: 'postgres', max: 2 })
  const query = pool.query.bind(pool)
  pool.query = async (...args) => asText(await query(...args))
  const adapter = await new PrismaPg(pool).connect()
  closers.push(async () => {
    await adapter.dispose()
    await pool.end()
    await server.stop()
    await db.close()
    await rm(folder, { recursive: true, force: true })
  })
  const queryRaw = adapter.queryRaw.bind(adapter)
  return Object.assign(adapter, {
    queryRaw: async (query) => {
      const result = await queryRaw(query)
      for (const column of characters.get(result.rows) ?? []) {
        result.columnTypes[column] = ColumnTypeEnum.Character
      }
      return result
    },
    // The driver's own splits a script at every semicolon.
    executeScript: async (script) => {
      await db.exec(script)
    },
  })
}

/** Which columns of some rows are of Postgres' one-byte "char", of which its catalogue is full. */
const characters = new WeakMap()

/** The driver does not know that type: it is passed through it as text, and a zero in one as the character it is. */
function asText(result) {
  const columns = result.fields.flatMap((field, column) => (field.dataTypeID === CHAR ? [column] : []))
  for (const column of columns) {
    result.fields[column].dataTypeID = TEXT
    for (const row of result.rows) if (row[column] === '') row[column] = '\0'
  }
  characters.set(result.rows, columns)
  return result
}

let panic = ''
/** Where the engine says why it gives up, just before it does. */
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message: (message) => {
    panic = message
  },
}

async function createEngine() {
  const { bindMigrationAwareSqlAdapterFactory } = await load('@prisma/driver-adapter-utils')
  const glue = await load('@prisma/schema-engine-wasm/schema_engine_bg')
  const file = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = await readFile(join(dirname(file), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  const factory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: openDatabase,
    connectToShadowDb: openDatabase,
  }
  return glue.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  )
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}

const METHODS = new Set([
  'diff',
  'createMigration',
  'devDiagnostic',
  'diagnoseMigrationHistory',
  'evaluateDataLoss',
])

function refuse(id, error) {
  const message = panic || (error instanceof Error ? error.message : String(error))
  send({
    id,
    error: { code: 4466, message, data: { is_panic: false, message, meta: null, error_code: 'P0001' } },
  })
}

/** Id of the request being answered; they come one at a time. */
let underway = 0

async function answer({ id, method, params }) {
  underway = id
  try {
    if (!METHODS.has(method)) throw new Error(`${method} needs Prisma's own schema engine`)
    const engine = await createEngine()
    const result = await engine[method](params)
    if (typeof result?.stdout === 'string')
      send({ id: 0, method: 'print', params: { content: result.stdout } })
    send({ id, result })
  } catch (error) {
    const message = panic || (error instanceof Error ? error.message : String(error))
    send({
      id,
      error: { code: 4466, message, data: { is_panic: false, message, meta: null, error_code: 'P0001' } },
    })
  } finally {
    for (const close of closers.splice(0)) await close()
  }
}

// A panic comes out of the engine's own task, past every await: the command line must hear of it all the same.
process.on('uncaughtException', (error) => {
  refuse(underway, error)
  process.exitCode = 1
  process.stdin.destroy()
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') await answer(JSON.parse(line))
  }
}
