import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeRow, ProcessView, TreeRow, TreeView } from '@orrery/live/views'
import { createWorld } from '@orrery/live/world'
import {
  FAULTS,
  faultReport,
  resilienceMatrix,
  routine as routineSchema,
  scenario as scenarioSchema,
} from '@orrery/protocol/faults'
import {
  auditEntry,
  crashGroup,
  crashGroupDetail,
  crashReport as crashReportSchema,
  crashSummary,
  type HttpCrashGroup,
  listOf,
  node as nodeSchema,
  problem,
  sourceMap,
  sourceMapUpload,
} from '@orrery/protocol/http'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { createAgentCalls } from '../commands/agent-calls.ts'
import { createAuditTrail } from '../commands/audit-trail.ts'
import type { Actor, Commands } from '../commands/commands.ts'
import { createGroups } from '../commands/groups.ts'
import { createLatch } from '../commands/halt.ts'
import { type Environment, readConfig } from '../config.ts'
import { createCounters } from '../counters.ts'
import { createAudited } from '../faults/audited.ts'
import { type Conductor, createConductor } from '../faults/conductor.ts'
import { experimentRecord, targetRecord } from '../faults/fixture.ts'
import { createRoutines, type Routines } from '../faults/routines.ts'
import { createScenarios, type Scenarios } from '../faults/scenarios.ts'
import { InspectRefused } from '../live-access.ts'
import { silentLogger } from '../logger.ts'
import { createMoves } from '../moves.ts'
import { crashReport } from '../store/fixture.ts'
import { openStore } from '../store/open-store.ts'
import { SERIES_BLOCK_MS, type Store } from '../store/store.ts'
import { createApi, createHttp } from './app.ts'
import type { HttpLive } from './deps.ts'

const OPERATOR = 'operator-token-0123456789'
const VIEWER = 'viewer-token-0123456789'
const TOKENS = {
  ORRERY_OPERATOR_TOKEN: OPERATOR,
  ORRERY_VIEWER_TOKEN: VIEWER,
  ORRERY_AGENT_TOKEN: 'agent-token-0123456789',
}
const KEY = 'root/worker#3/odd%2Fid'

let store: Store
let faults: Conductor
let scenarios: Scenarios
let routines: Routines
let folder: string
const servers: Server[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-api-'))
  store = await openStore({
    databaseUrl: null,
    dataDir: join(folder, 'data'),
    retentionDays: 30,
    retentionMb: null,
  })
  const clock = systemClock
  const counters = createCounters()
  faults = await createConductor({
    ...{ clock, counters, logger: silentLogger, moves: createMoves(), store: store.experiments },
    world: createWorld({ nowMs: clock.nowMs() }),
    trail: createAuditTrail({ store, clock, logger: silentLogger, counters }),
    agents: {
      connected: () => [],
      isConnected: () => false,
      hello: () => null,
      send: () => false,
      renew: () => undefined,
    },
    calls: createAgentCalls({ clock, send: () => false }),
    latch: await createLatch(store, () => undefined),
    scenario: async () => null,
  })
  const audited = createAudited({
    trail: createAuditTrail({ store, clock, logger: silentLogger, counters }),
    clock,
  })
  scenarios = createScenarios({ lab: store.lab, audited })
  const isHalted = (): boolean => false
  const moved = (): void => undefined
  routines = await createRoutines({
    ...{ lab: store.lab, faults, audited, clock, logger: silentLogger, isHalted, moved },
  })
}, 60_000)

afterAll(async () => {
  await faults.close(0)
  for (const server of servers) server.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

/** Reports the live views were told of. */
const imported: string[] = []
let mapsChanged = 0

/** What a command was asked with, by whom. */
let asked: { actor: Actor; node: string; target: string; body: unknown }[]
beforeEach(() => {
  asked = []
})

async function serve(env: Environment = {}): Promise<Client> {
  const http = createHttp(deps(env))
  const server = createServer((req, res) => {
    if (!http.handle(req, res)) res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>')
  })
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return client((server.address() as AddressInfo).port)
}

function deps(env: Environment) {
  return {
    config: readConfig(env),
    store,
    live,
    commands,
    faults,
    scenarios,
    routines,
    groups: createGroups({
      store,
      trail: createAuditTrail({
        store,
        clock: systemClock,
        logger: silentLogger,
        counters: createCounters(),
      }),
      moves: createMoves(),
      clock: systemClock,
    }),
    version: '0.1.0',
    logger: {
      ...silentLogger,
      error: (_about: string, message: string, cause: unknown) => console.error(message, cause),
    },
    nowMs: () => Date.now(),
  }
}

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: unknown
}
type Client = (
  method: string,
  path: string,
  options?: { headers?: Record<string, string>; body?: unknown; raw?: string },
) => Promise<Answer>

/** Node's own client, because `fetch` will not send the headers a hostile page would. */
function client(port: number): Client {
  return (method, path, { headers = {}, body, raw } = {}) =>
    new Promise((resolve, reject) => {
      const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
      const req = request(
        {
          port,
          host: '127.0.0.1',
          method,
          path,
          headers: {
            host: `127.0.0.1:${port}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
            ...headers,
          },
        },
        (res) => {
          let answer = ''
          res.setEncoding('utf8')
          res.on('data', (chunk: string) => {
            answer += chunk
          })
          res.on('end', () => {
            const isJson = /json/.test(String(res.headers['content-type']))
            resolve({
              status: res.statusCode ?? 0,
              headers: res.headers,
              body: isJson ? JSON.parse(answer) : answer,
            })
          })
        },
      )
      req.on('error', reject)
      req.end(text)
    })
}

const code = (answer: Answer) => problem.parse(answer.body).code

describe('who may ask', () => {
  it('turns away a name bound to this address from outside, on every path', async () => {
    const ask = await serve()
    for (const path of ['/api/v1/nodes', '/', '/metrics']) {
      const answer = await ask('GET', path, { headers: { host: 'evil.example:4040' } })
      expect([answer.status, code(answer)]).toEqual([403, 'host.refused'])
    }
  })

  it('turns away another page’s requests, also those that only read', async () => {
    const ask = await serve()
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'http://localhost:3000' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const read = await ask('GET', '/api/v1/nodes', { headers })
      const write = await ask('POST', '/api/v1/faults/halt', { headers, body: {} })
      expect([read.status, write.status, code(write)]).toEqual([403, 403, 'origin.refused'])
      expect(read.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('takes JSON bodies only: a form of another page needs no leave to send anything else', async () => {
    const ask = await serve()
    const path = '/api/v1/nodes/a@b/processes/x/commands'
    const raw = JSON.stringify({ command: 'kill' })
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await ask('POST', path, { raw, headers: { 'content-type': type } })
      expect([answer.status, code(answer)]).toEqual([415, 'body.not_json'])
    }
    expect(code(await ask('POST', path, { raw }))).toBe('body.not_json')
    expect(asked).toEqual([])
  })

  it('refuses a body that is too large, malformed, or not what was asked for', async () => {
    const ask = await serve()
    const path = '/api/v1/nodes/a@b/processes/x/commands'
    const large = await ask('POST', path, { body: { command: 'send', message: 'x'.repeat(300_000) } })
    expect([large.status, code(large)]).toEqual([413, 'body.too_large'])
    const json = { 'content-type': 'application/json' }
    expect(code(await ask('POST', path, { raw: '{"command":', headers: json }))).toBe('request.malformed')
    const odd = problem.parse((await ask('POST', path, { body: { command: 'explode' } })).body)
    expect(odd).toMatchObject({ code: 'request.malformed', status: 400 })
    expect(asked).toEqual([])
  })

  it('knows nobody without login where there are tokens, but says so and stays alive', async () => {
    const ask = await serve(TOKENS)
    for (const path of ['/api/v1/nodes', '/api/v1/crashes', '/api/v1/audit', '/api/v1/faults', '/metrics']) {
      expect([path, (await ask('GET', path)).status]).toEqual([path, 401])
    }
    expect((await ask('GET', '/healthz')).status).toBe(200)
    expect((await ask('GET', '/readyz')).status).toBe(200)
    expect((await ask('GET', '/api/v1/session')).body).toEqual({ role: null, who: null, needsLogin: true })
  })

  it('exchanges a token for a cookie, and writes it to the audit trail', async () => {
    const ask = await serve(TOKENS)
    const login = await ask('POST', '/api/v1/session', { body: { token: VIEWER, name: 'Ada' } })
    const setCookie = String(login.headers['set-cookie'])
    expect(login.body).toEqual({ role: 'viewer', who: 'Ada (viewer)', needsLogin: true })
    expect(setCookie).toMatch(/HttpOnly; SameSite=Strict/)
    const cookie = setCookie.split(';')[0] ?? ''
    expect((await ask('GET', '/api/v1/nodes', { headers: { cookie } })).status).toBe(200)
    const { body } = await ask('GET', '/api/v1/audit', { headers: { cookie } })
    expect(body).toMatchObject({
      items: [{ action: 'session.create', who: 'Ada (viewer)', result: { ok: true } }],
    })
    const out = await ask('DELETE', '/api/v1/session', { headers: { cookie } })
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0')
  })

  it('passes a viewer’s command on with the viewer’s role, and a bearer token’s with its own', async () => {
    const ask = await serve(TOKENS)
    const path = `/api/v1/nodes/a@b/processes/${encodeURIComponent(KEY)}/commands`
    const kill = { body: { command: 'kill' } }
    const refused = await ask('POST', path, { ...kill, headers: { authorization: `Bearer ${VIEWER}` } })
    expect([refused.status, code(refused)]).toEqual([403, 'role.insufficient'])
    const done = await ask('POST', path, { ...kill, headers: { authorization: `Bearer ${OPERATOR}` } })
    expect(done.status).toBe(200)
    expect(asked.map(({ actor }) => actor.role)).toEqual(['viewer', 'operator'])
  })

  it('stops whoever tries tokens', async () => {
    const ask = await serve(TOKENS)
    const statuses = []
    for (let i = 0; i < 12; i++)
      statuses.push((await ask('POST', '/api/v1/session', { body: { token: `guess-${i}` } })).status)
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429])
  })

  it('takes the person at this machine for an operator where there are no tokens', async () => {
    const ask = await serve()
    expect((await ask('GET', '/api/v1/session')).body).toEqual({
      role: 'operator',
      who: 'loopback',
      needsLogin: false,
    })
  })
})

describe('nodes and processes', () => {
  it('lists nodes and gives one', async () => {
    const ask = await serve()
    const { body } = await ask('GET', '/api/v1/nodes')
    expect(
      listOf(nodeSchema)
        .parse(body)
        .items.map(({ node }) => node),
    ).toEqual(['a@b'])
    expect((await ask('GET', '/api/v1/nodes/a@b')).body).toMatchObject({
      runtime: { kind: 'orrery' },
      startedAt: '1970-01-01T00:00:01.000Z',
    })
    expect(code(await ask('GET', '/api/v1/nodes/x@y'))).toBe('node.unknown')
  })

  it('gives the tree, or what stands below a key', async () => {
    const ask = await serve()
    expect((await ask('GET', '/api/v1/nodes/a@b/tree')).body).toMatchObject({
      roots: [{ key: 'root', kind: 'supervisor', children: [{ key: KEY, kind: 'worker', children: [] }] }],
    })
    const below = await ask('GET', `/api/v1/nodes/a@b/tree?root=${encodeURIComponent(KEY)}&depth=0`)
    expect(below.body).toMatchObject({ roots: [{ key: KEY }] })
    expect((await ask('GET', '/api/v1/nodes/a@b/tree?root=nothing')).status).toBe(404)
    expect((await ask('GET', '/api/v1/nodes/a@b/tree?depth=many')).status).toBe(400)
  })

  it('walks the process table, and points at the wrong part of a query', async () => {
    const ask = await serve()
    const first = (await ask('GET', '/api/v1/nodes/a@b/processes?limit=2')).body as {
      items: unknown[]
      nextCursor: string
    }
    const second = await ask('GET', `/api/v1/nodes/a@b/processes?limit=2&cursor=${first.nextCursor}`)
    expect(first.items).toHaveLength(2)
    expect(second.body).toMatchObject({ items: [{}], nextCursor: null, total: 3 })
    const wrong = await ask('GET', '/api/v1/nodes/a@b/processes?q=wrong')
    expect(wrong.body).toMatchObject({ code: 'query.malformed', from: 0, to: 5 })
  })

  it('finds a process by a key with every odd sign in it, and by pid', async () => {
    const ask = await serve()
    for (const target of [KEY, '<0.3.0>']) {
      const answer = await ask('GET', `/api/v1/nodes/a@b/processes/${encodeURIComponent(target)}`)
      expect(answer.body).toMatchObject({
        key: KEY,
        inspection: null,
        inspectionError: { code: 'node.gone' },
      })
    }
    expect(code(await ask('GET', '/api/v1/nodes/a@b/processes/nothing'))).toBe('process.unknown')
  })

  it('passes a command on and answers with its lease and audit row', async () => {
    const ask = await serve()
    const answer = await ask('POST', `/api/v1/nodes/a@b/processes/${encodeURIComponent(KEY)}/commands`, {
      body: { command: 'suspend', durationMs: 5_000, id: 'mine' },
    })
    expect(answer.body).toEqual({ id: 'mine', status: 'applied', leaseId: 'L1', auditId: 'A1' })
    expect(asked[0]).toMatchObject({ node: 'a@b', target: KEY, actor: { who: 'loopback' } })
  })
})

describe('crashes, series, audit, faults', () => {
  it('lists crashes and gives one whole', async () => {
    const ask = await serve()
    const reports = [crashReport({ node: 'api@b' }), crashReport({ node: 'api@b' })]
    await store.saveCrashes(reports)
    const list = listOf(crashSummary).parse((await ask('GET', '/api/v1/crashes?q=node:api@b&limit=1')).body)
    expect(list.items).toHaveLength(1)
    const next = listOf(crashSummary).parse(
      (await ask('GET', `/api/v1/crashes?q=node:api@b&limit=1&cursor=${list.nextCursor}`)).body,
    )
    expect(new Set([...list.items, ...next.items].map(({ id }) => id))).toEqual(
      new Set(reports.map(({ id }) => id)),
    )
    const { body } = await ask('GET', `/api/v1/crashes/${reports[0]?.id}`)
    expect(crashReportSchema.parse(body).identity.node).toBe('api@b')
    expect((await ask('GET', '/api/v1/crash-groups?q=node:api@b')).body).toMatchObject({
      items: [{ count: 2 }],
    })
  })

  it('resolves, ignores, opens and notes a group, for operators only, each with an audit row', async () => {
    const ask = await serve(TOKENS)
    const operator = { headers: { authorization: `Bearer ${OPERATOR}` } }
    const viewer = { headers: { authorization: `Bearer ${VIEWER}` } }
    await store.saveCrashes([crashReport({ node: 'group@b', module: 'GroupApi' })])
    const list = await ask('GET', '/api/v1/crash-groups?q=node:group@b+is:new', operator)
    const [{ id }] = listOf(crashGroup).parse(list.body).items as [HttpCrashGroup]
    const path = `/api/v1/crash-groups/${id}`
    const refused = await ask('PATCH', path, { ...viewer, body: { status: 'resolved' } })
    expect([refused.status, code(refused)]).toEqual([403, 'role.insufficient'])
    expect((await ask('PATCH', path, { ...operator, body: {} })).status).toBe(400)
    const done = await ask('PATCH', path, {
      ...operator,
      body: { status: 'resolved', note: 'fixed in 1.0.1' },
    })
    expect(crashGroupDetail.parse(done.body)).toMatchObject({
      status: 'resolved',
      resolvedIn: '1.0.0',
      statusBy: 'operator token',
      notes: [{ who: 'operator token', change: 'resolved', text: 'fixed in 1.0.1' }],
    })
    expect((await ask('GET', `${path}/notes`, viewer)).body).toMatchObject({
      items: [{ change: 'resolved' }],
    })
    expect((await ask('GET', path, viewer)).body).toMatchObject({ status: 'resolved' })
    expect(
      code(await ask('PATCH', '/api/v1/crash-groups/nobody', { ...operator, body: { note: 'x' } })),
    ).toBe('group.unknown')
    const { body } = await ask('GET', `/api/v1/audit?limit=3`, operator)
    expect(body).toMatchObject({
      items: [
        { action: 'group.note', key: 'nobody' },
        { action: 'group.resolve', key: id, result: { ok: true } },
        { action: 'group.resolve', key: id, role: 'viewer', result: { code: 'role.insufficient' } },
      ],
    })
  })

  it('merges a group into another and takes it out again', async () => {
    const ask = await serve()
    await store.saveCrashes([
      crashReport({ node: 'merge@b', module: 'MergeApi' }),
      crashReport({ node: 'merge@b', module: 'MergeIntoApi' }),
    ])
    const list = listOf(crashGroup).parse((await ask('GET', '/api/v1/crash-groups?q=node:merge@b')).body)
    const [a, b] = list.items.map(({ id }) => id)
    const merged = await ask('POST', `/api/v1/crash-groups/${a}/merge`, { body: { into: b } })
    expect(merged.body).toMatchObject({
      id: b,
      count: 2,
      merged: [a],
      mergedGroups: [{ fingerprint: a, count: 1 }],
    })
    expect((await ask('GET', `/api/v1/crash-groups/${a}`)).body).toMatchObject({ id: b })
    const again = await ask('POST', `/api/v1/crash-groups/${a}/merge`, { body: { into: b } })
    expect([again.status, code(again)]).toEqual([409, 'group.merged'])
    const apart = await ask('POST', `/api/v1/crash-groups/${a}/unmerge`)
    expect(apart.body).toMatchObject({ id: b, count: 1, merged: [] })
    expect(code(await ask('POST', `/api/v1/crash-groups/${a}/unmerge`))).toBe('group.not_merged')
  })

  it('takes source maps as their own text, lists them, and lets them go, all of it in the audit trail', async () => {
    const ask = await serve(TOKENS)
    const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
    const path = '/api/v1/source-maps'
    const map = { version: 3, sources: ['../src/a.ts'], sourcesContent: ['a()'], names: [], mappings: 'AAAA' }
    const place = '?application=exchange&release=1.0.0&file=./dist/trunk.js'
    const before = mapsChanged
    const given = await ask('POST', `${path}${place}`, { ...as(OPERATOR), body: map })
    const { id } = sourceMapUpload.parse(given.body)
    expect(given).toMatchObject({
      status: 201,
      body: { file: 'dist/trunk.js', sources: 1, hasContent: true },
    })
    const listed = await ask('GET', path, as(VIEWER))
    expect(listOf(sourceMap).parse(listed.body).items).toMatchObject([{ id, release: '1.0.0' }])

    const refused = async (query: string, body: unknown, token = OPERATOR) =>
      code(await ask('POST', `${path}${query}`, { ...as(token), body }))
    expect(await refused(place, map, VIEWER)).toBe('role.insufficient')
    expect(await refused(place, { version: 3 })).toBe('source_map.refused')
    expect(await refused('?application=exchange&file=a.js', map)).toBe('source_map.refused')
    expect(await refused('?sha256=beef', map)).toBe('request.malformed')
    expect(await refused('?debugId=none', map)).toBe('request.malformed')
    expect(await refused(place, { ...map, filler: 'x'.repeat(8_388_608) })).toBe('body.too_large')
    expect(mapsChanged).toBe(before + 1)

    expect(code(await ask('DELETE', `${path}/${id}`, as(VIEWER)))).toBe('role.insufficient')
    expect(await ask('DELETE', `${path}/${id}`, as(OPERATOR))).toMatchObject({ status: 200, body: { id } })
    expect(code(await ask('DELETE', `${path}/${id}`, as(OPERATOR)))).toBe('source_map.unknown')
    expect(mapsChanged).toBe(before + 2)
    const { items } = (await ask('GET', '/api/v1/audit?limit=7', as(VIEWER))).body as {
      items: { action: string; result: { ok: boolean } }[]
    }
    expect(items.map(({ action, result }) => [action, result.ok])).toEqual([
      ['source-map.delete', false],
      ['source-map.delete', true],
      ['source-map.delete', false],
      ['source-map.upload', false],
      ['source-map.upload', false],
      ['source-map.upload', false],
      ['source-map.upload', true],
    ])
  })

  it('names what is wrong with an id, a query, a cursor, a page', async () => {
    const ask = await serve()
    expect(code(await ask('GET', '/api/v1/crashes/nothing'))).toBe('crash.unknown')
    expect((await ask('GET', '/api/v1/crashes?q=mailbox:>lots')).body).toMatchObject({
      code: 'query.malformed',
      from: 8,
      to: 13,
    })
    expect(code(await ask('GET', '/api/v1/crashes?cursor=made-up'))).toBe('cursor.malformed')
    expect(code(await ask('GET', '/api/v1/crashes?limit=1001'))).toBe('request.malformed')
  })

  it('gives a report as a file, in JSON and as the text of a ticket', async () => {
    const ask = await serve({ ORRERY_PUBLIC_URL: 'http://127.0.0.1' })
    const report = crashReport({ node: 'api@export' })
    await store.saveCrashes([report])
    const json = await ask('GET', `/api/v1/crashes/${report.id}?format=json`)
    expect(json.headers['content-disposition']).toBe(`attachment; filename="crash-${report.id}.json"`)
    expect(crashReportSchema.parse(json.body).id).toBe(report.id)
    const text = await ask('GET', `/api/v1/crashes/${report.id}?format=text`)
    expect(text.headers['content-type']).toContain('text/plain')
    expect(String(text.body).split('\n')).toEqual(
      expect.arrayContaining([
        'link exited: frame_overrun { expected: 48211, got: 48209 }',
        `http://127.0.0.1/crashes/${report.id}`,
      ]),
    )
    expect(code(await ask('GET', `/api/v1/crashes/${report.id}?format=xml`))).toBe('request.malformed')
  })

  it('takes an exported report in, once, marked, with a row in the audit trail', async () => {
    const ask = await serve()
    const report = crashReport({ node: 'api@import', at: '2020-02-02T02:02:02.020Z' })
    const first = await ask('POST', '/api/v1/crashes/import', { body: report })
    expect(first).toMatchObject({ status: 200, body: { id: report.id, status: 'stored' } })
    expect(imported).toContain(report.id)
    expect((await ask('POST', '/api/v1/crashes/import', { body: report })).body).toMatchObject({
      status: 'held',
    })
    const exported = await ask('GET', `/api/v1/crashes/${report.id}?format=json`)
    expect(exported.body).toMatchObject({ id: report.id, at: report.at, cause: report.cause })
    expect((await ask('POST', '/api/v1/crashes/import', { body: exported.body })).status).toBe(200)
    expect((await store.crashView(report.id)).importedBy).not.toBeNull()
    await store.prune(Date.now())
    expect(await store.crash(report.id)).not.toBeNull()
    expect((await ask('GET', '/api/v1/audit?node=api@import')).body).toMatchObject({
      items: [{}, {}, { action: 'crash.import', result: { ok: true, detail: 'stored' } }],
    })
  })

  it('refuses what is no report, what is too large, and whoever may only look', async () => {
    const ask = await serve(TOKENS)
    const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
    const path = '/api/v1/crashes/import'
    const none = await ask('POST', path, {
      ...as(OPERATOR),
      body: { ...crashReport(), cause: { kind: 'whim' } },
    })
    expect([none.status, problem.parse(none.body).detail]).toEqual([
      422,
      expect.stringContaining('no crash report as this hub exports it: cause.kind'),
    ])
    expect(code(await ask('POST', path, { ...as(VIEWER), body: crashReport() }))).toBe('role.insufficient')
    const large = { ...crashReport(), filler: 'x'.repeat(2_097_152) }
    expect(code(await ask('POST', path, { ...as(OPERATOR), body: large }))).toBe('body.too_large')
    const other = { filler: 'x'.repeat(300_000) }
    expect(code(await ask('POST', '/api/v1/faults/halt', { ...as(OPERATOR), body: other }))).toBe(
      'body.too_large',
    )
    expect(code(await ask('GET', '/api/v1/nothing'))).toBe('route.unknown')
  })

  it('joins series of the store with what is not stored yet', async () => {
    const ask = await serve()
    const fromMs = Math.floor(Date.now() / SERIES_BLOCK_MS) * SERIES_BLOCK_MS - SERIES_BLOCK_MS
    await store.saveSeries([
      { node: 'a@b', metric: 'messages', fromMs, stepMs: 60_000, values: [1, 2, 3, 4, 5] },
    ])
    const from = new Date(fromMs).toISOString()
    const to = new Date(fromMs + SERIES_BLOCK_MS).toISOString()
    expect(
      (await ask('GET', `/api/v1/series?metric=messages&node=a@b&from=${from}&to=${to}&step=60000`)).body,
    ).toMatchObject({
      stepMs: 60_000,
      heldFrom: from,
      lines: [{ node: 'a@b', values: [1, 2, 3, 4, 5] }],
    })
    expect(code(await ask('GET', `/api/v1/series?metric=messages&from=${to}&to=${from}`))).toBe(
      'series.range',
    )
    expect(code(await ask('GET', '/api/v1/series?metric=received'))).toBe('series.metric')
    expect((await ask('GET', '/api/v1/series?metric=received&node=a@b&pid=%3C0.3.0%3E')).body).toMatchObject({
      stepMs: 1_000,
      lines: [{ values: [1, null, 3] }],
    })
  })

  it('halts all, says so, and lets go', async () => {
    const ask = await serve()
    expect((await ask('POST', '/api/v1/faults/halt')).body).toMatchObject({
      isHalted: true,
      released: 2,
      unreached: ['x@y'],
    })
    expect((await ask('GET', '/api/v1/faults/halt')).body).toMatchObject({ isHalted: true })
    expect((await ask('DELETE', '/api/v1/faults/halt')).body).toMatchObject({ isHalted: false })
    expect((await ask('GET', '/api/v1/faults')).body).toEqual({ items: [], nextCursor: null })
    expect(code(await ask('DELETE', '/api/v1/faults/nothing'))).toBe('experiment.unknown')
    expect(code(await ask('DELETE', '/api/v1/leases/nothing'))).toBe('lease.unknown')
    expect((await ask('GET', '/api/v1/leases/nothing')).body).toEqual({ isHeld: false })
  })

  it('gives the catalogue of faults with their forms and the schemas of their parameters', async () => {
    const ask = await serve()
    const { body } = await ask('GET', '/api/v1/faults/catalogue')
    const { items } = body as {
      items: { kind: string; form: object[]; parameters: object; nodes: object[] }[]
    }
    expect(items.map(({ kind }) => kind)).toEqual(Object.keys(FAULTS))
    const delay = items.find(({ kind }) => kind === 'delay')
    expect(delay?.form.map((field) => (field as { name: string }).name)).toContain('delayMs')
    expect(delay?.parameters).toMatchObject({ type: 'object', properties: { delayMs: { maximum: 60_000 } } })
  })

  it('counts for Prometheus', async () => {
    const ask = await serve()
    const { body, headers } = await ask('GET', '/metrics')
    expect(headers['content-type']).toContain('text/plain')
    expect(body).toContain('orrery_node_processes{node="a@b",runtime="orrery"} 3')
    expect(body).toContain('orrery_store_ready 1')
    expect(body).toContain('orrery_build_info{version="0.1.0",store="embedded"} 1')
  })
})

describe('scenarios, routines and reports', () => {
  const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  const step = { fault: 'kill', target: { query: 'module:Call sample:1' } }

  it('keeps scenarios, and routines that run them', async () => {
    const ask = await serve()
    const made = await ask('POST', '/api/v1/fault-scenarios', { body: { name: 'One call', steps: [step] } })
    expect(made.status).toBe(201)
    const { id } = scenarioSchema.parse(made.body)
    expect(await ask('GET', `/api/v1/fault-scenarios/${id}`)).toMatchObject({
      status: 200,
      body: made.body as object,
    })
    const changed = { name: 'A call', steps: [step, step], arrangement: 'sequence' }
    expect((await ask('PUT', `/api/v1/fault-scenarios/${id}`, { body: changed })).status).toBe(200)
    expect(
      listOf(scenarioSchema).parse((await ask('GET', '/api/v1/fault-scenarios')).body).items,
    ).toMatchObject([{ id, name: 'A call' }])
    const body = { name: 'calls', scenario: id, everyMs: 600_000 }
    const routine = await ask('POST', '/api/v1/fault-routines', { body })
    expect(routine.status).toBe(201)
    const { id: routineId, nextAt } = routineSchema.parse(routine.body)
    expect(nextAt).not.toBeNull()
    expect(code(await ask('DELETE', `/api/v1/fault-scenarios/${id}`))).toBe('scenario.in_use')
    const off = await ask('PUT', `/api/v1/fault-routines/${routineId}`, { body: { ...body, isOn: false } })
    expect(off.body).toMatchObject({ nextAt: null, body: { isOn: false } })
    expect(listOf(routineSchema).parse((await ask('GET', '/api/v1/fault-routines')).body).items).toHaveLength(
      1,
    )
    expect((await ask('DELETE', `/api/v1/fault-routines/${routineId}`)).status).toBe(204)
    expect((await ask('DELETE', `/api/v1/fault-scenarios/${id}`)).status).toBe(204)
    expect(code(await ask('GET', `/api/v1/fault-scenarios/${id}`))).toBe('scenario.unknown')
    expect(code(await ask('DELETE', `/api/v1/fault-routines/${routineId}`))).toBe('routine.unknown')
  })

  it('refuses with a reason what cannot be read or is not allowed, and writes it down', async () => {
    const ask = await serve(TOKENS)
    const post = (path: string, body: unknown, token = OPERATOR) =>
      ask('POST', `/api/v1/${path}`, { ...as(token), body })
    expect(code(await post('fault-scenarios', { name: 'x', steps: [] }))).toBe('fault.over_limit')
    expect(code(await post('fault-scenarios', { name: 'x', steps: [{ ...step, fault: 'smash' }] }))).toBe(
      'fault.unknown',
    )
    expect(code(await post('fault-scenarios', { name: 'x', steps: [step] }, VIEWER))).toBe(
      'role.insufficient',
    )
    expect(code(await post('fault-routines', { name: 'x', scenario: 'S-9', everyMs: 60_000 }))).toBe(
      'scenario.unknown',
    )
    expect(code(await post('fault-routines', { name: 'x', scenario: 'S-9', everyMs: 5 }))).toBe(
      'fault.over_limit',
    )
    const { body } = await ask('GET', '/api/v1/audit?limit=5', as(OPERATOR))
    const rows = listOf(auditEntry).parse(body).items
    expect(rows.map(({ action, result }) => [action, result?.ok])).toEqual([
      ['routine.create', false],
      ['routine.create', false],
      ['scenario.create', false],
      ['scenario.create', false],
      ['scenario.create', false],
    ])
  })

  it('reports an experiment as pass or fail, text and JUnit, and all of them as a matrix', async () => {
    const ask = await serve()
    const targets = [targetRecord({ state: 'recovered' })]
    const endedAtMs = Date.now()
    const over = {
      status: 'ended',
      endedBy: 'done',
      createdAtMs: endedAtMs - 60_000,
      endedAtMs,
      targets,
    } as const
    const id = await store.experiments.mintId()
    await store.experiments.begin(experimentRecord({ id, ...over }))
    const report = (query = '') => ask('GET', `/api/v1/faults/${id}/report${query}`)
    expect(code(await report())).toBe('experiment.unjudged')
    const none = { before: null, during: null }
    await faults.judged(id, {
      ...{ verdict: 'degraded', because: ['Throughput fell by 28 %.'], crashesCaused: 3, crashesOther: 0 },
      ...{
        restarts: 3,
        recoveryP50Ms: 2,
        recoveryP99Ms: 4,
        messagesTouched: 9,
        messagesDropped: 0,
        messagesLost: 0,
      },
      ...{
        mailboxPeak: none,
        handledPerS: none,
        handlingP99Ms: none,
        cascadeLargest: 1,
        escalations: [],
        notBack: 0,
      },
    })
    await store.lab.saveVerdicts(id, over.createdAtMs, [
      { subtree: 'CallSup', fault: 'delay', verdict: 'degraded' },
    ])
    expect(faultReport.parse((await report()).body)).toMatchObject({ pass: true, verdict: 'degraded' })
    expect((await report('?failOn=degraded')).body).toMatchObject({ pass: false })
    const text = await report('?format=text')
    expect(text.headers['content-type']).toContain('text/plain')
    expect(text.body).toContain(`${id}: degraded (passes, fails on escalated)`)
    const junit = await report('?format=junit&failOn=degraded')
    expect(junit.headers['content-type']).toContain('application/xml')
    expect(junit.body).toContain('failures="1"')
    expect(code(await ask('GET', '/api/v1/faults/F-9999/report'))).toBe('experiment.unknown')
    const matrix = resilienceMatrix.parse((await ask('GET', '/api/v1/faults/matrix?days=1')).body)
    expect(matrix.cells).toMatchObject([{ subtree: 'CallSup', fault: 'delay', runs: 1, latest: id }])
    expect(code(await ask('GET', '/api/v1/faults/matrix?days=0'))).toBe('request.malformed')
  })
})

describe('the OpenAPI document', () => {
  it('is valid and holds every route', async () => {
    const ask = await serve()
    const { body } = await ask('GET', '/api/v1/openapi.json')
    const result = await new Validator().validate(body as Record<string, unknown>)
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
    const document = body as {
      openapi: string
      paths: Record<string, Record<string, { operationId: string }>>
    }
    expect(document.openapi).toBe('3.1.0')
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    const routed = createApi(deps({}))
      .routes.filter(({ method, path }) => method !== 'ALL' && path !== '/api/v1/openapi.json')
      .map(({ method, path }) => `${method} ${path}`)
    expect(new Set(documented)).toEqual(new Set(routed))
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((one) => one.operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })
})

const row: TreeRow = {
  key: KEY,
  pid: '<0.3.0>',
  previousPid: null,
  parent: 'root',
  order: 0,
  name: 'worker',
  label: null,
  behaviour: 'GenServer',
  module: 'Worker',
  kind: 'worker',
  strategy: null,
  status: 'running',
  restarts: 0,
  mailboxLength: 0,
  receivedPerS: 1,
  handledPerS: 1,
  spark: [],
  startedAtMs: 1_000,
  fault: null,
  exit: null,
  intensity: null,
  pool: null,
  promotedFrom: null,
  childCount: 0,
}
const root: TreeRow = {
  ...row,
  key: 'root',
  pid: '<0.2.0>',
  parent: null,
  kind: 'supervisor',
  strategy: 'one_for_one',
  childCount: 1,
}

const nodeRow: NodeRow = {
  node: 'a@b',
  runtimeKind: 'orrery',
  runtimeName: '@orrery/runtime',
  runtimeVersion: '0.1.0',
  agentVersion: '0.1.0',
  release: null,
  capabilities: ['tree'],
  absent: {},
  incarnation: '5f0c6a52-5a1e-4a3f-9a83-3c1f2b7d9e10',
  status: 'live',
  worst: 'running',
  lastHeardAtMs: 2_000,
  startedAtMs: 1_000,
  host: 'b',
  processes: 3,
  messagesPerS: 1,
  mailbox: 0,
  mailboxGrowthPerS: 0,
  utilisation: 0.1,
  eventLoopDelayP99Ms: 1,
  rssBytes: 1,
  heapUsedBytes: 1,
  heapLimitBytes: 1,
  crashes5m: 0,
  restarts5m: 0,
  sparks: { processes: [], messages: [], mailbox: [], utilisation: [] },
  crashBuckets: [],
  restartBuckets: [],
  faults: 0,
  pausedBy: null,
  agent: { cpuPercent: 0, spoolBytes: 0, spoolRefused: 0, drops: 0, gaps: 0 },
}

const tree: Pick<TreeView, 'node' | 'nodeStatus' | 'processes' | 'rows' | 'roots'> = {
  node: 'a@b',
  nodeStatus: 'live',
  processes: 3,
  rows: { root, [KEY]: row },
  roots: ['root'],
}

const processView: ProcessView = {
  node: 'a@b',
  row,
  capabilities: [],
  absent: {},
  supervisor: null,
  childSpec: null,
  series: { received: [1, null, 3], handled: [], mailbox: [] },
  inspection: null,
  inspectionAtMs: null,
  inspectionError: null,
  crashes: [],
  incarnations: [],
  faults: [],
}

/** A world of one node that stands still: what is shown here is HTTP. */
const live: HttpLive = {
  crashImported: (id) => void imported.push(id),
  sourceMapsChanged: () => void mapsChanged++,
  nodes: () => ({ 'a@b': nodeRow }),
  tree: (node) => (node === 'a@b' ? (tree as TreeView) : null),
  processes: ({ q, offset, limit }) => {
    if (q !== '')
      return {
        total: 0,
        offset,
        rows: [],
        error: { code: 'query.field_unknown', message: 'no', from: 0, to: 5 },
      }
    const rows = [root, row, row].map((one) => ({ ...one, node: 'a@b' }))
    return { total: rows.length, offset, rows: rows.slice(offset, offset + limit), error: null }
  },
  process: (_, keyOrPid) => (keyOrPid === KEY || keyOrPid === '<0.3.0>' ? processView : null),
  inspect: () => Promise.reject(new InspectRefused('node.gone', 'the node is not connected')),
  openSeries: () => [],
  counters: createCounters,
}

let isHalted = false
const commands: Commands = {
  execute: async (actor, node, target, body) => {
    asked.push({ actor, node, target, body })
    if (actor.role === 'viewer') return { ok: false, code: 'role.insufficient', message: 'no', auditId: 'A0' }
    return {
      ok: true,
      id: (body as { id?: string }).id ?? 'c',
      status: 'applied',
      value: undefined,
      leaseId: 'L1',
      auditId: 'A1',
    }
  },
  halt: async () => {
    isHalted = true
    return { ok: true, isHalted, released: 2, unreached: ['x@y'], auditId: 'A2' }
  },
  release: async () => {
    isHalted = false
    return { ok: true, isHalted, released: 0, unreached: [], auditId: 'A3' }
  },
  releaseLease: async () => ({ ok: false, code: 'lease.unknown', message: 'no such lease', auditId: null }),
  leases: () => ({ isHalted, haltedAtMs: null, haltedBy: null, leases: {} }),
  isHalted: () => isHalted,
}
