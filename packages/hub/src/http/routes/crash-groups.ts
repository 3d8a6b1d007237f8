/** One crash group, and what people do to it: status, notes, merges. The role is checked where it is done, so that a refusal is audited too. */
import { crashGroupDetail, crashGroupNote, crashGroupPatch, listOf } from '@orrery/protocol/http'
import type { GroupAnswer } from '../../commands/groups.ts'
import type { HttpDeps } from '../deps.ts'
import { presentGroupDetail, presentNote } from '../present.ts'
import { HttpProblem } from '../problem.ts'
import { type Api, actor, createRoute, json, problems, z } from './shared.ts'

export function crashGroupRoutes(api: Api, { store, groups, nowMs }: HttpDeps): void {
  api.openapi(getGroup, async (c) => {
    actor(c)
    const { id } = c.req.valid('param')
    const group = await store.group(id, nowMs())
    if (!group) throw unknownGroup(id)
    return c.json(presentGroupDetail(group), 200)
  })

  api.openapi(listNotes, async (c) => {
    actor(c)
    const { id } = c.req.valid('param')
    const group = await store.group(id, nowMs())
    if (!group) throw unknownGroup(id)
    const notes = await store.groupNotes(group.id)
    return c.json({ items: notes.map(presentNote), nextCursor: null }, 200)
  })

  api.openapi(patchGroup, async (c) => {
    const { status, note } = c.req.valid('json')
    const patch = { ...(status === undefined ? {} : { status }), ...(note === undefined ? {} : { note }) }
    return c.json(answerOf(await groups.change(actor(c), c.req.valid('param').id, patch)), 200)
  })

  api.openapi(mergeGroup, async (c) => {
    const { into } = c.req.valid('json')
    return c.json(answerOf(await groups.merge(actor(c), c.req.valid('param').id, into)), 200)
  })

  api.openapi(unmergeGroup, async (c) =>
    c.json(answerOf(await groups.unmerge(actor(c), c.req.valid('param').id)), 200),
  )
}

function answerOf(answer: GroupAnswer): z.infer<typeof crashGroupDetail> {
  if (!answer.ok) throw new HttpProblem(answer.code, answer.message, { auditId: answer.auditId })
  return { ...presentGroupDetail(answer.group), auditId: answer.auditId }
}

function unknownGroup(id: string): HttpProblem {
  return new HttpProblem('group.unknown', `No group with the id ${id} is held; it may have expired.`)
}

const groupParam = z.object({
  id: z.string().min(1).max(64).describe('Id of the group: 32 hexadecimal digits.'),
})

const getGroup = createRoute({
  method: 'get',
  path: '/api/v1/crash-groups/{id}',
  operationId: 'getCrashGroup',
  tags: ['crashes'],
  summary: 'One group, with its notes; for one that was merged, the group it is in',
  request: { params: groupParam },
  responses: { 200: json(crashGroupDetail, 'The group.'), ...problems({ 404: 'No such group.' }) },
})

const listNotes = createRoute({
  method: 'get',
  path: '/api/v1/crash-groups/{id}/notes',
  operationId: 'listCrashGroupNotes',
  tags: ['crashes'],
  summary: 'What people wrote on a group and did to it, newest first, at most 1,000',
  request: { params: groupParam },
  responses: { 200: json(listOf(crashGroupNote), 'The notes.'), ...problems({ 404: 'No such group.' }) },
})

const patchGroup = createRoute({
  method: 'patch',
  path: '/api/v1/crash-groups/{id}',
  operationId: 'changeCrashGroup',
  tags: ['crashes'],
  summary: 'Resolve, ignore or open a group, write a note on it, or both',
  request: {
    params: groupParam,
    body: { required: true, content: { 'application/json': { schema: crashGroupPatch } } },
  },
  responses: {
    200: json(crashGroupDetail, 'The group as it is now.'),
    ...problems({
      400: 'Neither a status nor a note.',
      403: 'Needs the operator role.',
      404: 'No such group.',
      409: 'It was merged into another.',
    }),
  },
})

const mergeGroup = createRoute({
  method: 'post',
  path: '/api/v1/crash-groups/{id}/merge',
  operationId: 'mergeCrashGroup',
  tags: ['crashes'],
  summary: 'Put a group into another, and every later crash of its fingerprint',
  request: {
    params: groupParam,
    body: {
      required: true,
      content: { 'application/json': { schema: z.object({ into: z.string().min(1).max(64) }) } },
    },
  },
  responses: {
    200: json(crashGroupDetail, 'The group it is in now.'),
    ...problems({
      403: 'Needs the operator role.',
      404: 'No such group.',
      409: 'It is in another already, or both are one.',
    }),
  },
})

const unmergeGroup = createRoute({
  method: 'post',
  path: '/api/v1/crash-groups/{id}/unmerge',
  operationId: 'unmergeCrashGroup',
  tags: ['crashes'],
  summary: 'Take a merged group out again, with the reports of its own fingerprint',
  request: { params: groupParam },
  responses: {
    200: json(crashGroupDetail, 'The group it was in.'),
    ...problems({ 403: 'Needs the operator role.', 404: 'No such group.', 409: 'It is in no other.' }),
  },
})
