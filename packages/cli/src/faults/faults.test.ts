import { createServer } from 'node:http'
import { experiment, type Resilience } from '@orrery/protocol/faults'
import { afterEach, expect, test } from 'vitest'
import { readFaultsArguments } from './arguments.ts'
import { type FaultsIo, faults } from './faults.ts'
import { readRequest } from './read-request.ts'

const undo: (() => void)[] = []
afterEach(() => {
  for (const each of undo.splice(0)) each()
})

const AT = '2026-01-01T10:00:00.000Z'
const beside = { before: 120.5, during: 80 }
const resilience: Resilience = {
  verdict: 'degraded',
  because: ['handled a third less'],
  crashesCaused: 3,
  crashesOther: 0,
  restarts: 3,
  recoveryP50Ms: 12,
  recoveryP99Ms: 40,
  messagesTouched: 7,
  messagesDropped: 2,
  messagesLost: 1,
  mailboxPeak: beside,
  handledPerS: beside,
  handlingP99Ms: { before: null, during: 4 },
  cascadeLargest: 2,
  escalations: [],
  notBack: 0,
}
const F1 = experiment.parse({
  id: 'F-0001',
  name: 'tills',
  by: 'operator token',
  status: 'running',
  endedBy: null,
  endedWhy: '',
  steps: [
    {
      fault: 'kill',
      target: { query: 'module:Till' },
      follow: 'dynamic',
      parameters: {},
      when: null,
      durationMs: null,
      maxFirings: 10,
    },
  ],
  arrangement: 'together',
  stop: { crashes: null, intensityPercent: null, mailbox: null, lostMs: null, handlingP99Ms: null },
  schedule: { kind: 'now' },
  seed: 7,
  routine: null,
  createdAt: AT,
  startedAt: AT,
  endsAt: null,
  endedAt: null,
  nodes: ['shop@a'],
  targets: [
    {
      step: 0,
      node: 'shop@a',
      key: 'Shop/till',
      pid: '<0.7.0>',
      state: 'injected',
      code: '',
      firings: 1,
      injectedAt: AT,
      recoveredAt: null,
      readBack: '',
    },
  ],
  firings: 1,
  touched: 1,
  dropped: 0,
  crashes: 1,
  resilience: null,
})

type Answer = { status?: number; body: unknown }

/** A hub that gives these answers, by `METHOD path`, each list from its beginning to its last. */
async function hub(answers: Record<string, Answer[]>) {
  const asked: { what: string; token: string | undefined; body: unknown }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const what = `${request.method} ${request.url}`
      asked.push({ what, token: request.headers.authorization, body: text === '' ? null : JSON.parse(text) })
      const list = answers[what] ?? []
      const answer = list.length > 1 ? list.shift() : list[0]
      response.writeHead(answer?.status ?? (answer ? 200 : 404), { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer?.body ?? {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => server.close())
  const address = server.address()
  return {
    asked,
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
  }
}

async function orrery(args: string[], url: string, file: unknown = {}) {
  const printed: string[] = []
  const complaints: string[] = []
  let nowMs = 0
  const io: FaultsIo = {
    read: async () => (typeof file === 'string' ? file : JSON.stringify(file)),
    print: (text) => void printed.push(text),
    complain: (text) => void complaints.push(text),
    wait: async (ms) => {
      nowMs += ms
    },
    nowMs: () => nowMs,
  }
  const settings = readFaultsArguments([...args, '--hub', url], { ORRERY_OPERATOR_TOKEN: 'operators' })
  if (settings === null) throw new Error('no settings')
  const code = await faults(settings, io)
  return { code, printed: printed.join('\n'), complaints, nowMs }
}

const KILL = { fault: 'kill', target: { query: 'module:Till' } }
const ended = { ...F1, status: 'ended', endedBy: 'done', endedAt: AT }

test('a run is posted with its defaults and its seed, followed until it is judged, and its verdict is the exit code', async () => {
  const answers = () => ({
    'POST /api/v1/faults': [{ body: { id: 'F-0001' } }],
    'GET /api/v1/faults/F-0001': [{ body: F1 }, { body: ended }, { body: { ...ended, resilience } }],
  })
  const one = await hub(answers())
  const failed = await orrery(
    ['run', 'tills.json', '--wait', '--fail-on', 'degraded', '--seed', '9'],
    one.url,
    KILL,
  )
  expect(failed.code).toBe(1)
  expect(one.asked[0]).toMatchObject({
    what: 'POST /api/v1/faults',
    token: 'Bearer operators',
    body: { ...KILL, seed: 9, follow: 'dynamic', durationMs: 60_000, blastPercent: 25 },
  })
  expect(failed.printed).toContain('F-0001  ended (done), degraded  tills: 1 target, 1 firing, 1 crash')
  expect(failed.printed).toContain(
    'handled/s 120.5, 80; mailbox peak 120.5, 80; handling p99 ms no figure, 4',
  )
  expect(failed.complaints.at(-1)).toBe('F-0001 failed: degraded')
  const passed = await orrery(['run', 'tills.json', '--wait'], (await hub(answers())).url, KILL)
  expect([passed.code, passed.complaints.at(-1)]).toEqual([0, 'F-0001 passed: degraded'])
})

test('whatever is not known to be good is no pass: refused, not over in time, never judged, a hub that is gone', async () => {
  const post = { 'POST /api/v1/faults': [{ body: { id: 'F-0001' } }] }
  const at = async (...bodies: unknown[]) =>
    (await hub({ ...post, 'GET /api/v1/faults/F-0001': bodies.map((body) => ({ body })) })).url
  const run = (url: string, ...rest: string[]) => orrery(['run', 'x', '--wait', ...rest], url, KILL)
  const refused = await run(await at({ ...F1, status: 'refused', endedWhy: 'nothing matches the target' }))
  expect([refused.code, refused.complaints.at(-1)]).toEqual([
    2,
    'F-0001 was refused: nothing matches the target',
  ])
  const slow = await run(await at(F1), '--within', '5')
  expect([slow.code, slow.nowMs > 5_000, slow.complaints.at(-1)]).toEqual([
    2,
    true,
    'F-0001 is not over: running',
  ])
  const unjudged = await run(await at(ended))
  expect([unjudged.code, unjudged.complaints.at(-1)]).toEqual([2, 'F-0001 ended, and nobody has judged it'])
  const gone = await orrery(['list'], 'http://127.0.0.1:1')
  expect([gone.code, gone.complaints[0]]).toEqual([
    2,
    expect.stringMatching(/^no answer from http:..127.0.0.1:1: /),
  ])
  const broken = await run(await at({ id: 7 }))
  expect(broken).toMatchObject({ code: 2 })
  expect(broken.nowMs).toBeGreaterThan(30_000)
})

test('a refusal of the hub is said in its words', async () => {
  const body = {
    type: 'x',
    title: 'x',
    status: 409,
    code: 'halt.latched',
    detail: 'halt all is latched; release it first',
  }
  const { url } = await hub({ 'POST /api/v1/faults': [{ status: 409, body }] })
  const { code, complaints } = await orrery(['run', 'x'], url, KILL)
  expect([code, complaints]).toEqual([2, ['refused: halt all is latched; release it first (halt.latched)']])
})

test('list leaves out what is no experiment; show, stop, halt and release do one thing each', async () => {
  const { url, asked } = await hub({
    'GET /api/v1/faults': [{ body: { items: [F1, { id: 'lease' }], nextCursor: null } }],
    'GET /api/v1/faults/F-0001': [{ body: F1 }],
    'DELETE /api/v1/faults/F-0001': [{ body: {} }],
    'POST /api/v1/faults/halt': [
      { body: { isHalted: true, haltedAt: AT, haltedBy: 'x', released: 2, unreached: ['mail@b'] } },
    ],
    'DELETE /api/v1/faults/halt': [{ body: { isHalted: false, haltedAt: null, haltedBy: null } }],
  })
  expect((await orrery(['list'], url)).printed).toBe('F-0001  running  tills: 1 target, 1 firing, 1 crash')
  expect(JSON.parse((await orrery(['show', 'F-0001', '--json'], url)).printed)).toEqual(F1)
  expect((await orrery(['stop', 'F-0001'], url)).code).toBe(0)
  expect((await orrery(['halt'], url)).printed).toBe('halted; 2 ended\nnot reached, ends by itself: mail@b')
  expect((await orrery(['release'], url)).printed).toBe('released: experiments are taken again')
  expect(asked.map(({ what }) => what).slice(2)).toEqual([
    'DELETE /api/v1/faults/F-0001',
    'GET /api/v1/faults/F-0001',
    'POST /api/v1/faults/halt',
    'DELETE /api/v1/faults/halt',
  ])
})

test('a dry run says what would be hit, and fails where it would be refused', async () => {
  const run = {
    matching: 3,
    targets: [{ step: 0, node: 'shop@a', key: 'Shop/till', pid: '<0.7.0>' }],
    refused: [{ node: 'shop@a', key: 'Shop', code: 'process.immune', message: 'immune' }],
    blast: [],
    sharePercent: 12.5,
    warnings: ['more crashes than the headroom of Shop'],
    refusal: null,
    seed: 3,
  }
  const refusal = { code: 'fault.blast_limit', message: 'it would hit 60 %' }
  const answers = { 'POST /api/v1/faults?dryRun=true': [{ body: run }, { body: { ...run, refusal } }] }
  const { url } = await hub(answers)
  const good = await orrery(['dry-run', 'x'], url, KILL)
  expect(good.code).toBe(0)
  expect(good.printed).toBe(
    [
      'it would run',
      '  targets         1 of 3 that match, at most 12.5 % of a node',
      '    step 1: shop@a Shop/till',
      '    refused: shop@a Shop immune (process.immune)',
      '  warning         more crashes than the headroom of Shop',
      '  seed            3',
    ].join('\n'),
  )
  const bad = await orrery(['dry-run', 'x'], url, KILL)
  expect([bad.code, bad.printed.split('\n')[0]]).toEqual([
    2,
    'it would be refused: it would hit 60 % (fault.blast_limit)',
  ])
})

test.each([
  ['no JSON', '{', /no JSON/],
  ['a list', [], /an object with steps/],
  ['a fault without a target', { fault: 'kill' }, /target/],
  ['a step that is wrong', { steps: [{ ...KILL, durationMs: 5 }] }, /steps.0.durationMs/],
  ['a word nobody knows', { ...KILL, colour: 'red' }, /colour/],
])('%s is refused before anything is sent', (_what, file, why) => {
  expect(() => readRequest(typeof file === 'string' ? file : JSON.stringify(file), null)).toThrow(why)
})

test('a saved scenario, as the hub gives it, is run like its body', () => {
  const body = { name: 'x', steps: [KILL] }
  const saved = { id: 'S-1', name: 'x', by: 'me', savedAt: AT, body }
  expect(readRequest(JSON.stringify(saved), null)).toEqual(readRequest(JSON.stringify(body), null))
})

test.each([
  ['an action nobody knows', ['explode'], /run, dry-run, list/],
  ['a run of nothing', ['run'], /needs a file/],
  ['too much', ['list', 'F-0001'], /what is F-0001/],
  ['a verdict nobody gives', ['run', 'x', '--fail-on', 'absorbed'], /degraded, escalated, not absorbed/],
  ['a seed that is none', ['run', 'x', '--seed', '-1'], /seed/],
  ['a hub that is none', ['list', '--hub', 'ftp://x'], /http\(s\) address/],
])('%s is refused', (_what, argv, why) => {
  expect(() => readFaultsArguments(argv, {})).toThrow(why)
})
