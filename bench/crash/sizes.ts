/**
 * What a crash report weighs, on the wire and in Postgres: the middle one of the crashes that the corpus' programs throw, and
 * one of a process that holds more than a report can. And what reading the names of functions out of sources takes.
 */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { observe } from '@orrery/agent'
import type { CrashReport } from '@orrery/protocol'
import { FrameWriter } from '@orrery/protocol/codec'
import { functionNames } from '@orrery/protocol/source'
import { child, GenServer, nameOf, noreply, Supervisor, start } from '@orrery/runtime'
import { startPostgres, until } from '@orrery/testkit'
import { Client } from 'pg'

import { tinyHub } from '../../packages/agent/src/testing/tiny-hub.ts'
import { openStore } from '../../packages/hub/src/store/open-store.ts'
import { type Figures, quantile } from '../suite.ts'
import { throwCorpus } from './corpus/run.ts'

interface Bytes {
  wire: number
  /** The report alone, compressed as Postgres does. */
  stored: number
  /** With all that is beside it in its row, without indices. */
  row: number
}

export async function sizes(log: (line: string) => void): Promise<Figures> {
  const seed = Number(process.env.ORRERY_SEED ?? 1)
  const thrown = await throwCorpus({ seed, servers: 4, times: 1, builds: ['minified'] })
  const largest = await crashOfMuch()
  const bytes = await weighed([...thrown.map(({ report }) => report), largest])
  const most = bytes.pop() ?? { wire: Number.NaN, stored: Number.NaN, row: Number.NaN }
  const middle = (what: keyof Bytes): number =>
    quantile(
      bytes.map((one) => one[what]),
      0.5,
    )
  log(
    `${bytes.length} crashes of the corpus, ORRERY_SEED=${seed}; one of a process with 8 MB of text in its state`,
  )
  return {
    report_bytes_typical: middle('wire'),
    report_bytes_typical_stored: middle('stored'),
    report_bytes_typical_row: middle('row'),
    report_bytes_largest: Math.max(most.wire, ...bytes.map(({ wire }) => wire)),
    report_bytes_largest_stored: Math.max(most.stored, ...bytes.map(({ stored }) => stored)),
    report_bytes_largest_row: Math.max(most.row, ...bytes.map(({ row }) => row)),
    ...scanning(),
  }
}

/** In the order given. */
async function weighed(reports: readonly CrashReport[]): Promise<Bytes[]> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-sizes-'))
  const postgres = await startPostgres()
  try {
    await using store = await openStore({
      databaseUrl: postgres.url,
      dataDir: folder,
      retentionDays: 30,
      retentionMb: null,
    })
    await store.saveCrashes([...reports])
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    const { rows } = await client.query<{ id: string; stored: number; row: number }>(
      'SELECT id::text, pg_column_size(report) AS stored, pg_column_size(c.*) AS row FROM crash_reports c',
    )
    await client.end()
    const held = new Map(rows.map((row) => [row.id, row]))
    return reports.map((report) => {
      const row = held.get(report.id)
      if (!row) throw new Error(`the store does not hold ${report.id}`)
      return { wire: wireBytes(report), stored: row.stored, row: row.row }
    })
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Of its record in a frame. */
function wireBytes(report: CrashReport): number {
  const writer = new FrameWriter()
  const appended = writer.appendCrashJson(Buffer.from(JSON.stringify(report)))
  if (appended !== 'ok') throw new Error(`a report that no frame takes: ${appended}`)
  return writer.sizeBytes
}

const ROWS = 20_000
const LETTERS = 400

const Hoarder = GenServer.define<{
  args: undefined
  state: { rows: { id: number; text: string }[]; handled: number }
  casts: { keep: { text: string; many: string[] }; fail: { text: string; many: string[] } }
  infos: { again: { text: string } }
}>({
  module: 'Hoarder',
  init: () => ({ rows: Array.from({ length: ROWS }, (_, id) => ({ id, text: lorem(id) })), handled: 0 }),
  handleCast: {
    keep: (_message, state) => noreply({ ...state, handled: state.handled + 1 }),
    fail: ({ text }, state, ctx) => {
      for (let i = 0; i < 50; i++) ctx.send(ctx.self, { type: 'again', text: text + lorem(i) })
      state.rows.reverse()
      throw new RangeError(text.repeat(100), {
        cause: new Error(text.repeat(10), { cause: new Error(text) }),
      })
    },
  },
  handleInfo: { again: (_message, state) => noreply(state) },
})

const Root = Supervisor.define({
  module: 'Root',
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 1_000,
  children: () => [child(Hoarder, { id: 'hoarder', args: undefined, name: 'hoarder' })],
})

/** Text that does not compress to nothing. */
function lorem(seed: number): string {
  let state = seed + 1
  let text = ''
  while (text.length < LETTERS) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text += state.toString(36)
  }
  return text
}

/** A real crash of a process with a large state, large messages behind it and before it, and a long mailbox. */
async function crashOfMuch(): Promise<CrashReport> {
  const spoolDir = await mkdtemp(join(tmpdir(), 'orrery-sizes-spool-'))
  const hub = await tinyHub()
  const node = await start(Root, { name: 'hoard@localhost', release: '1.0.0' })
  const agent = await observe(node, {
    hub: hub.url,
    spoolDir,
    logger: { info: () => undefined, warn: () => undefined },
  })
  try {
    const hoarder = nameOf(Hoarder, 'hoarder')
    const many = Array.from({ length: 200 }, (_, i) => lorem(i))
    for (let i = 0; i < 100; i++) node.cast(hoarder, { type: 'keep', text: lorem(i), many })
    node.cast(hoarder, { type: 'fail', text: lorem(7), many })
    for (let i = 0; i < 1_000; i++) node.cast(hoarder, { type: 'keep', text: lorem(i), many })
    await until(() => hub.reports.size > 0, 'no report of the crash came', { withinMs: 30_000 })
    const [first] = hub.reports.values()
    if (!first) throw new Error('no report')
    return first.report
  } finally {
    await node.stop()
    await agent.stop()
    await hub.close()
    await rm(spoolDir, { recursive: true, force: true })
  }
}

/** Once a file, before the first report of a crash in it; later ones find its names read. */
function scanning(): Figures {
  const path = new URL('../../packages/protocol/src/source/function-names.ts', import.meta.url)
  const source = readFileSync(path, 'utf8')
  const large = source.repeat(20)
  const read = (text: string): number => {
    const from = performance.now()
    functionNames(text)
    return performance.now() - from
  }
  for (let i = 0; i < 20; i++) read(source)
  const names = functionNames(source)
  const lookups = 2_000
  const from = performance.now()
  for (let i = 0; i < lookups; i++) names.at(1 + (i % 300), 10)
  const lookupUs = ((performance.now() - from) * 1_000) / lookups
  return {
    function_names_ms_per_file: quantile(
      Array.from({ length: 50 }, () => read(source)),
      0.5,
    ),
    function_names_file_kB: source.length / 1_000,
    function_names_ms_per_MB:
      quantile(
        Array.from({ length: 10 }, () => read(large)),
        0.5,
      ) /
      (large.length / 1e6),
    function_names_us_per_frame: lookupUs,
  }
}
