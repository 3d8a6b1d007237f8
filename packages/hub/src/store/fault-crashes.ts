/** Crashes in the time of an experiment: those it has a part in, as facts, and how many others there were. */
import type { CrashReport } from '@orrery/protocol'
import { type CrashFact, crashFact } from '../faults/crash-fact.ts'
import type { CrashesAsked } from '../faults/lab-store.ts'
import type { PrismaClient } from '../generated/client.ts'

/** Of those it caused: more change no verdict. */
const MOST = 5_000

/** What `crashFact` reads of a report; a mailbox without its messages. */
type Row = { report: CrashReport }

export async function crashesOf(
  prisma: PrismaClient,
  { experiment, nodes, fromMs, toMs }: CrashesAsked,
): Promise<{ caused: CrashFact[]; others: number }> {
  const from = new Date(fromMs)
  const to = new Date(toMs)
  const rows = await prisma.$queryRaw<Row[]>`
    SELECT jsonb_build_object(
      'id', c.id, 'at', c.report->'at', 'identity', c.report->'identity', 'cascade', c.report->'cascade',
      'decision', c.report->'decision', 'outcome', c.report->'outcome', 'faults', c.report->'faults',
      'mailbox', CASE WHEN c.report#>'{mailbox,value}' IS NULL THEN c.report->'mailbox' ELSE jsonb_build_object(
        'status', c.report#>'{mailbox,status}', 'why', c.report#>'{mailbox,why}', 'value', jsonb_build_object(
          'length', c.report#>'{mailbox,value,length}', 'fate', c.report#>'{mailbox,value,fate}')) END) AS report
    FROM crash_reports c
    WHERE c.at >= ${from} AND c.at <= ${to} AND ${experiment} = ANY(c.faults)
    ORDER BY c.at DESC, c.id DESC LIMIT ${MOST}`
  const [counted] = await prisma.$queryRaw<{ n: bigint }[]>`
    SELECT count(*) AS n FROM crash_reports c
    WHERE c.at >= ${from} AND c.at <= ${to} AND c.node = ANY(${[...nodes]}::text[])
      AND NOT (${experiment} = ANY(c.faults))`
  return {
    caused: rows.reverse().map(({ report }) => crashFact(report, experiment)),
    others: Number(counted?.n ?? 0),
  }
}
