/** Crash reports and their groups, from the store. */
import { type CrashReport, diagnostic, isDiagnostic, crashReport as wholeReport } from '@orrery/protocol'
import { crashGroup, crashImport, crashReport, crashSummary, listOf } from '@orrery/protocol/http'
import type { Query } from '@orrery/protocol/query'
import { ticketText } from '@orrery/protocol/text'
import { addressOf } from '../../config.ts'
import { reportOfDiagnostic } from '../../ingest/uploaded-diagnostic.ts'
import { parseCrashQuery } from '../../store/crash-query.ts'
import type { AuditEntry } from '../../store/store.ts'
import type { HttpDeps } from '../deps.ts'
import { presentCrash, presentGroup } from '../present.ts'
import { HttpProblem } from '../problem.ts'
import { type Api, actor, createRoute, json, page, pageQuery, problems, z } from './shared.ts'

export function crashRoutes(api: Api, { store, live, config, nowMs }: HttpDeps): void {
  api.openapi(listCrashes, async (c) => {
    actor(c)
    const query = c.req.valid('query')
    const { items, nextCursor } = await store.searchCrashes(parse(query.q), page(query))
    return c.json({ items: items.map(presentCrash), nextCursor }, 200)
  })

  api.openapi(getCrash, async (c) => {
    actor(c)
    const { id } = c.req.valid('param')
    const report = await store.crash(id)
    if (!report)
      throw new HttpProblem('crash.unknown', `No report with the id ${id} is held; it may have expired.`)
    const { format } = c.req.valid('query')
    if (format !== undefined) {
      const file = `crash-${report.id}.${format === 'text' ? 'txt' : 'json'}`
      c.header('content-disposition', `attachment; filename="${file}"`)
    }
    if (format === 'text') {
      return c.text(`${ticketText(report, `${addressOf(config)}/crashes/${report.id}`)}\n`, 200)
    }
    // Checked when it was taken from its node; the document's schema says less than its type.
    return c.json(report as unknown as z.infer<typeof crashReport>, 200)
  })

  api.openapi(importCrash, async (c) => {
    const who = actor(c)
    const parsed = wholeReport.safeParse(given(c.req.valid('json')))
    const { id: target = null, identity } = parsed.success ? parsed.data : {}
    const entry: AuditEntry = {
      atMs: nowMs(),
      who: who.who,
      role: who.role,
      action: 'crash.import',
      node: identity?.node ?? null,
      target: identity?.key ?? null,
      pid: identity?.pid ?? null,
      parameters: target === null ? {} : { report: target },
    }
    const refuse = async (code: 'role.insufficient' | 'crash.refused', message: string): Promise<never> => {
      const result = { ok: false as const, atMs: nowMs(), code, message }
      throw new HttpProblem(code, message, { auditId: await store.appendAudit({ ...entry, result }) })
    }
    if (who.role !== 'operator')
      return refuse('role.insufficient', 'Importing a report needs the operator role.')
    if (!parsed.success) return refuse('crash.refused', notReport(parsed.error))
    const auditId = await store.appendAudit(entry)
    const report = parsed.data as CrashReport
    const status = await store.importCrash(report, who.who)
    if (status === 'refused') {
      const message = 'The database does not take this report.'
      await store.settleAudit(auditId, { ok: false, atMs: nowMs(), code: 'crash.refused', message })
      throw new HttpProblem('crash.refused', message, { auditId })
    }
    await store.settleAudit(auditId, { ok: true, atMs: nowMs(), detail: status })
    if (status === 'stored') live.crashImported(report.id)
    return c.json({ id: report.id.toLowerCase(), status, auditId }, 200)
  })

  api.openapi(listGroups, async (c) => {
    actor(c)
    const query = c.req.valid('query')
    const { items, nextCursor } = await store.searchGroups(parse(query.q), page(query))
    return c.json({ items: items.map(presentGroup), nextCursor }, 200)
  })
}

/** The first thing that makes it none: where, and what was expected there. */
function notReport(error: z.core.$ZodError): string {
  const [first] = error.issues
  const where = first?.path.map(String).join('.')
  return `This is no crash report as this hub exports it${first ? `: ${where ? `${where}: ` : ''}${first.message}` : ''}.`
}

/** What was sent, or the report that a diagnostic report of Node.js comes to. */
function given(body: object): unknown {
  if (!isDiagnostic(body)) return body
  const told = diagnostic.safeParse(body)
  return told.success ? reportOfDiagnostic(told.data) : body
}

function parse(q: string): Query {
  const parsed = parseCrashQuery(q)
  if (parsed.ok) return parsed.query
  const { message, from, to } = parsed.error
  throw new HttpProblem('query.malformed', message, { from, to })
}

const q = z.string().max(2_000).default('').describe('Like `reason:~overrun -node:lund-1 last:24h`.')

const listCrashes = createRoute({
  method: 'get',
  path: '/api/v1/crashes',
  operationId: 'listCrashes',
  tags: ['crashes'],
  summary: 'Crash reports that match, newest first',
  request: { query: pageQuery.extend({ q }) },
  responses: {
    200: json(listOf(crashSummary), 'A page.'),
    ...problems({ 400: 'Query or cursor does not parse.' }),
  },
})

const getCrash = createRoute({
  method: 'get',
  path: '/api/v1/crashes/{id}',
  operationId: 'getCrash',
  tags: ['crashes'],
  summary: 'One crash report, whole',
  description:
    'With `format` it comes as a file: `json` as it can be imported, `text` as one pastes it into a ticket.',
  request: {
    params: z.object({ id: z.string().max(64) }),
    query: z.object({ format: z.enum(['json', 'text']).optional() }),
  },
  responses: {
    200: {
      description: 'The report.',
      content: { 'application/json': { schema: crashReport }, 'text/plain': { schema: z.string() } },
    },
    ...problems({ 404: 'No such report.' }),
  },
})

export const IMPORT_PATH = '/api/v1/crashes/import'

const importCrash = createRoute({
  method: 'post',
  path: IMPORT_PATH,
  operationId: 'importCrash',
  tags: ['crashes'],
  summary: 'Take in a report that was exported, here or elsewhere, or a diagnostic report of Node.js',
  description:
    'Stored once by its id and marked as imported; it stays as long as one that came in today. At most 2 MiB. Whatever comes of it is in the audit trail.',
  request: { body: { required: true, content: { 'application/json': { schema: z.looseObject({}) } } } },
  responses: {
    200: json(crashImport, 'It is held now.'),
    ...problems({
      403: 'Needs the operator role.',
      413: 'Larger than a report may be.',
      422: 'Not a crash report, or one no database would take.',
    }),
  },
})

const listGroups = createRoute({
  method: 'get',
  path: '/api/v1/crash-groups',
  operationId: 'listCrashGroups',
  tags: ['crashes'],
  summary: 'Groups with a crash that matches, the one that crashed last first',
  request: { query: pageQuery.extend({ q }) },
  responses: {
    200: json(listOf(crashGroup), 'A page.'),
    ...problems({ 400: 'Query or cursor does not parse.' }),
  },
})
