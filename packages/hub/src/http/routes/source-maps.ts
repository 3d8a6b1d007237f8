/** Source maps, for stacks of nodes that have none: given, listed, taken away. The map is the body, so that `curl` alone can give one. */
import { listOf, sourceMap, sourceMapUpload } from '@orrery/protocol/http'
import type { Actor } from '../../commands/commands.ts'
import { debugIdOf, MAP_BYTES, readMap } from '../../source-maps/read-map.ts'
import type { AuditEntry, SourceMapRow } from '../../store/store.ts'
import type { HttpDeps } from '../deps.ts'
import { iso } from '../present.ts'
import { type HttpCode, HttpProblem } from '../problem.ts'
import { type Api, actor, createRoute, json, page, pageQuery, problems, z } from './shared.ts'

export const SOURCE_MAPS_PATH = '/api/v1/source-maps'

export function sourceMapRoutes(api: Api, { store, live, nowMs }: HttpDeps): void {
  const refuse = async (
    entry: AuditEntry,
    code: HttpCode | 'role.insufficient',
    message: string,
  ): Promise<never> => {
    const result = { ok: false as const, atMs: nowMs(), code, message }
    throw new HttpProblem(code, message, { auditId: await store.appendAudit({ ...entry, result }) })
  }
  const entryOf = (who: Actor, action: string, parameters: Record<string, unknown>): AuditEntry => ({
    atMs: nowMs(),
    who: who.who,
    role: who.role,
    action,
    node: null,
    target: null,
    pid: null,
    parameters,
  })

  api.openapi(listMaps, async (c) => {
    actor(c)
    const { items, nextCursor } = await store.sourceMaps(page(c.req.valid('query')))
    return c.json({ items: items.map(present), nextCursor }, 200)
  })

  api.openapi(uploadMap, async (c) => {
    const who = actor(c)
    const asked = c.req.valid('query')
    const entry = entryOf(who, 'source-map.upload', asked)
    if (who.role !== 'operator')
      return refuse(entry, 'role.insufficient', 'Uploading a source map needs the operator role.')
    const read = readMap(c.req.valid('json'))
    if (!read.ok) return refuse(entry, 'source_map.refused', read.message)
    const { map } = read
    const { application = null, release = null, file = null, sha256 = null } = asked
    const debugId = debugIdOf(asked.debugId) ?? map.debugId
    const isPlaced = application !== null && release !== null && file !== null
    if (!isPlaced && debugId === null && sha256 === null) {
      return refuse(
        entry,
        'source_map.refused',
        'Say which bundle it is of: application, release and file, or its debugId, or the sha256 of its text.',
      )
    }
    const auditId = await store.appendAudit(entry)
    const { json: text, sources } = map
    const row = await store.saveSourceMap({
      application,
      release,
      file: file?.replace(/^(?:\.\/)+/, '') ?? null,
      debugId,
      sha256: sha256?.toLowerCase() ?? null,
      json: text,
      sources,
      by: who.who,
      atMs: nowMs(),
    })
    await store.settleAudit(auditId, { ok: true, atMs: nowMs(), detail: row.id })
    live.sourceMapsChanged()
    return c.json({ ...present(row), hasContent: map.hasContent, auditId }, 201)
  })

  api.openapi(deleteMap, async (c) => {
    const who = actor(c)
    const { id } = c.req.valid('param')
    const entry = entryOf(who, 'source-map.delete', { id })
    if (who.role !== 'operator')
      return refuse(entry, 'role.insufficient', 'Deleting a source map needs the operator role.')
    if (!(await store.deleteSourceMap(id)))
      return refuse(entry, 'source_map.unknown', `No source map with the id ${id} is held.`)
    const auditId = await store.appendAudit({ ...entry, result: { ok: true, atMs: nowMs() } })
    live.sourceMapsChanged()
    return c.json({ id, auditId }, 200)
  })
}

function present({ uploadedAtMs, usedAtMs, ...row }: SourceMapRow): z.infer<typeof sourceMap> {
  return { ...row, uploadedAt: iso(uploadedAtMs), usedAt: iso(usedAtMs) }
}

const listMaps = createRoute({
  method: 'get',
  path: SOURCE_MAPS_PATH,
  operationId: 'listSourceMaps',
  tags: ['crashes'],
  summary: 'Source maps that are held, newest first',
  request: { query: pageQuery },
  responses: { 200: json(listOf(sourceMap), 'A page.'), ...problems({ 400: 'The cursor does not parse.' }) },
})

const uploadMap = createRoute({
  method: 'post',
  path: SOURCE_MAPS_PATH,
  operationId: 'uploadSourceMap',
  tags: ['crashes'],
  summary: 'Give the source map of a bundle, for the stacks of nodes that have none',
  description: [
    `The body is the map itself, at most ${MAP_BYTES / 1_048_576} MiB. It is found by the bundle’s \`debugId\` or the \`sha256\` of its text, which the`,
    'reports of a node tell, else by `application`, `release` and `file`. A map of the same bundle takes the place of the older one. Stacks that are',
    'here already read by it too; they stay in their group.',
  ].join(' '),
  request: {
    query: z.object({
      application: z.string().min(1).max(255).optional().describe('What stands before the @ of its nodes.'),
      release: z.string().min(1).max(128).optional().describe('As its nodes say it.'),
      file: z
        .string()
        .min(1)
        .max(1_024)
        .optional()
        .describe('The bundle, as stacks name it; the end of its path is enough.'),
      debugId: z
        .string()
        .refine((text) => debugIdOf(text) !== null, 'a UUID')
        .optional()
        .describe('By default the one in the map.'),
      sha256: z
        .string()
        .regex(/^[0-9a-fA-F]{64}$/, '64 hexadecimal digits')
        .optional()
        .describe('Of the bundle’s text.'),
    }),
    body: { required: true, content: { 'application/json': { schema: z.looseObject({}) } } },
  },
  responses: {
    201: json(sourceMapUpload, 'It is held now.'),
    ...problems({
      400: 'A parameter is none.',
      403: 'Needs the operator role.',
      413: 'Larger than a map may be.',
      422: 'Not a source map, or it is not said of what.',
    }),
  },
})

const deleteMap = createRoute({
  method: 'delete',
  path: `${SOURCE_MAPS_PATH}/{id}`,
  operationId: 'deleteSourceMap',
  tags: ['crashes'],
  summary: 'Forget a source map; reports stored by it stay as they were read',
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: {
    200: json(z.object({ id: z.string(), auditId: z.string() }), 'It is gone.'),
    ...problems({ 403: 'Needs the operator role.', 404: 'No such map.' }),
  },
})
