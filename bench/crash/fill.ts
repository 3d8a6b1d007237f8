/**
 * Fills a store with crash reports of 30 days, as fast as its database takes rows: columns as the store itself extracts them,
 * indices and rollups made at the end by the statements of the migrations.
 *
 *     DATABASE_URL=postgresql://… npx tsx bench/crash/fill.ts --reports 1000000
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Client, type ClientConfig } from 'pg'
import { migrationsDir } from '../../packages/hub/src/store/connect.ts'
import { type Extracted, extract, toJsonb } from '../../packages/hub/src/store/crash-row.ts'
import { createRandom, reportAt } from './reports.ts'

const BATCH = 1_000
const DAYS = 30
const DAY_MS = 86_400_000
/** Where the migration fills in what was there before it. */
const HELD = '-- What is held already.'

/** What became of a group while its reports were made. */
interface Group {
  first: Extracted
  count: number
  lastAt: string
  lastCrash: string
  nodes: Set<string>
}

/** Adds `reports` reports that end at `nowMs` to a migrated, empty database. */
export async function fill(
  connection: ClientConfig,
  { reports, nowMs, seed = 1 }: { reports: number; nowMs: number; seed?: number },
  log: (line: string) => void,
): Promise<void> {
  const client = new Client(connection)
  await client.connect()
  const began = performance.now()
  const random = createRandom(seed)
  const groups = new Map<string, Group>()
  try {
    await client.query(`
      SET synchronous_commit = off; SET maintenance_work_mem = '256MB';
      ALTER TABLE crash_reports DISABLE TRIGGER USER;
      DROP INDEX crash_reports_search_idx`)
    // The database takes one batch in while the next is made.
    let inserted: Promise<unknown> = Promise.resolve()
    for (let from = 0; from < reports; from += BATCH) {
      const rows = Array.from({ length: Math.min(BATCH, reports - from) }, (_, i) =>
        rowOf(nowMs - DAYS * DAY_MS * (1 - (from + i + 1) / reports), random, groups),
      )
      const text = toJsonb(rows)
      await inserted
      inserted = client.query(
        'INSERT INTO crash_reports SELECT * FROM jsonb_populate_recordset(NULL::crash_reports, $1::jsonb)',
        [text],
      )
      if (from % 100_000 === 0) log(`${from} reports, ${Math.round((performance.now() - began) / 1_000)} s`)
    }
    await inserted
    await saveGroups(client, groups)
    await client.query(statement('CREATE INDEX "crash_reports_search_idx"'))
    await client.query(statement('INSERT INTO crash_cells', HELD))
    // In the order in which they come when crashes do.
    await client.query(`${statement('INSERT INTO crash_rollups', HELD)} ORDER BY 1, 2, 3`)
    await client.query('ALTER TABLE crash_reports ENABLE TRIGGER USER')
    await client.query('VACUUM ANALYZE')
    log(
      `${reports} reports in ${groups.size} groups after ${Math.round((performance.now() - began) / 1_000)} s`,
    )
  } finally {
    await client.end()
  }
}

function rowOf(atMs: number, random: () => number, groups: Map<string, Group>): object {
  const extracted = extract(reportAt(atMs, random))
  if (!extracted) throw new Error('a made report is none')
  const { row, print } = extracted
  const group = groups.get(print.fingerprint) ?? {
    first: extracted,
    count: 0,
    lastAt: row.at,
    lastCrash: row.id,
    nodes: new Set(),
  }
  groups.set(print.fingerprint, group)
  group.count++
  group.lastAt = row.at
  group.lastCrash = row.id
  group.nodes.add(row.node)
  return {
    ...row,
    stored_at: row.at,
    size_bytes: Buffer.byteLength(JSON.stringify(row.report)),
    group_id: print.fingerprint,
    occurrence: group.count,
    is_root_missing: false,
  }
}

async function saveGroups(client: Client, groups: Map<string, Group>): Promise<void> {
  const rows = [...groups].map(([id, { first, count, lastAt, lastCrash, nodes }]) => ({
    id,
    fingerprint: id,
    version: first.print.version,
    contributed: first.print.contributed,
    name: first.row.module,
    module: first.row.module,
    kind: first.row.kind,
    reason: first.row.reason,
    reason_text: first.row.reason_text,
    top_frame: first.row.top_frame,
    status: 'open',
    first_seen: first.row.at,
    last_seen: lastAt,
    last_crash: lastCrash,
    nodes: [...nodes].sort(),
    count,
    casualties: 0,
  }))
  await client.query(
    'INSERT INTO crash_groups SELECT * FROM jsonb_populate_recordset(NULL::crash_groups, $1::jsonb)',
    [toJsonb(rows)],
  )
}

/** The one statement of the migrations that begins so, after a mark where there are several. */
function statement(beginning: string, after = ''): string {
  for (const folder of readdirSync(migrationsDir()).sort()) {
    if (folder.endsWith('.toml')) continue
    const sql = readFileSync(join(migrationsDir(), folder, 'migration.sql'), 'utf8')
    const mark = sql.indexOf(after)
    const at = sql.indexOf(beginning, Math.max(0, mark))
    if (mark !== -1 && at !== -1) return sql.slice(at, sql.indexOf(';', at))
  }
  throw new Error(`no migration has the statement ${beginning}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { reports: { type: 'string', default: '10000' } } })
  const connectionString = process.env.DATABASE_URL
  if (!connectionString) throw new Error('DATABASE_URL names the database to fill')
  await fill({ connectionString }, { reports: Number(values.reports), nowMs: Date.now() }, (line) =>
    process.stdout.write(`${line}\n`),
  )
}
