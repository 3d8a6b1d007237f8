/** The agent's end of the channel to its runner, and the two faults that stand on it. */
import { EventEmitter } from 'node:events'
import { RUNNER_ENV, RUNNER_KILLED_ENV, type RunnerOrder, type RunnerWord } from '@orrery/protocol'
import { child, GenServer, Supervisor } from '@orrery/runtime'
import { expect, test } from 'vitest'
import { absences, offered } from '../consent.ts'
import { faultNode } from '../testing/fault-node.ts'
import { readRunnerKill, runnerOf } from './runner.ts'

const Worker = GenServer.define<{ args: undefined; state: number }>({ module: 'Worker', init: () => 0 })
const Root = Supervisor.define({
  module: 'Root',
  children: () => [child(Worker, { id: 'a', args: undefined })],
})

/** The program that an agent finds itself in, below a runner. */
class Program extends EventEmitter {
  env: Record<string, string> = { [RUNNER_ENV]: '1:77' }
  ppid = 77
  connected = true
  said: RunnerOrder[] = []
  unrefs = 0
  channel = { unref: () => void this.unrefs++ }
  send = (order: RunnerOrder) => void this.said.push(order)
  word(word: RunnerWord | object): void {
    this.emit('message', word)
  }
}

async function below(program = new Program()) {
  const runner = runnerOf(program)
  const lab = await faultNode(Root, {}, { runner })
  runner?.reach({ url: 'http://127.0.0.1:4040', token: 'secret' })
  return { program, lab }
}

test('[WIRE-111] only who was started by a runner itself, and still hears it, has one', () => {
  const program = new Program()
  expect(runnerOf(program)).not.toBeNull()
  for (const other of [{ ppid: 78 }, { connected: false }, { env: {} }, { env: { [RUNNER_ENV]: '2:77' } }])
    expect(runnerOf(Object.assign(new Program(), other))).toBeNull()
})

test('[WIRE-111] a node without a runner offers neither pause nor kill, and says why', async () => {
  const { source } = await faultNode(Root)
  const words = offered(source, true)
  expect(words).toContain('fault.clock')
  expect(words).not.toContain('fault.pause')
  expect(absences(source, true)).toMatchObject({
    'fault.pause': 'start the node below orrery run',
    'fault.node_kill': 'start the node below orrery run',
  })
  const alone = await faultNode(Root, {}, { runner: null })
  expect(alone.inject('pause', [])).toEqual({ ok: false, code: 'fault.no_runner' })
})

test('[WIRE-112] pause: asked for after the answer, ended by the runner’s word, and read back', async () => {
  const { program, lab } = await below()
  expect(lab.inject('pause', [], { durationMs: 30_000 })).toMatchObject({
    value: { targets: [{ key: '', state: 'injected' }] },
  })
  expect(program.said).toEqual([])
  await lab.advance(200)
  expect(program.said).toEqual([
    {
      orrery: 'pause',
      leaseId: 'L1',
      hub: { url: 'http://127.0.0.1:4040', token: 'secret' },
      durationMs: 30_000,
    },
  ])
  expect(program.unrefs).toBe(1)
  program.word({ what: 'is this' })
  expect(lab.ended).toEqual([])
  program.word({ orrery: 'resumed', leaseId: 'L1', why: 'released', pausedMs: 12_000, isRunning: true })
  expect(lab.ended).toEqual(['L1 released'])
  expect(lab.last()).toMatchObject({
    why: 'released',
    firings: 1,
    targets: [{ state: 'recovered' }],
    readBack: '1 of 1 read back: the system shows it running, and the node is heard again',
  })
})

test('[WIRE-112] pause: the time it stood still is not the hub’s silence; another fault’s lease is over by then', async () => {
  const { program, lab } = await below()
  lab.inject('pause', [], { durationMs: null })
  lab.inject('clock', [])
  await lab.advance(300)
  await lab.standStill(8_000)
  lab.injections.tick()
  expect(lab.ended).toEqual(['L2 hub-lost'])
  await lab.advance(4_000, true)
  expect(lab.ended).toEqual(['L2 hub-lost'])
  program.word({ orrery: 'resumed', leaseId: 'L1', why: 'hub-lost', pausedMs: 8_000, isRunning: true })
  expect(lab.ended).toEqual(['L2 hub-lost', 'L1 hub-lost'])
})

test('pause: released before it is asked for, it is not asked for; later, the runner is told', async () => {
  const { program, lab } = await below()
  lab.inject('pause', [])
  lab.injections.end('L1', 'released')
  await lab.advance(1_000)
  expect(program.said).toEqual([])
  lab.inject('pause', [])
  await lab.advance(300)
  lab.injections.end('L2', 'halted')
  expect(program.said.at(-1)).toEqual({ orrery: 'resume', leaseId: 'L2' })
})

test('pause: a runner that refuses, shows it stopped, or is gone, is said so', async () => {
  const { program, lab } = await below()
  lab.inject('pause', [])
  await lab.advance(300)
  program.word({ orrery: 'refused', leaseId: 'L1', why: 'no watchdog' })
  expect(lab.last('L1')).toMatchObject({
    targets: [{ state: 'unverified' }],
    readBack: expect.stringContaining('not so: the runner refused: no watchdog'),
  })
  lab.inject('pause', [])
  await lab.advance(300)
  program.word({ orrery: 'resumed', leaseId: 'L2', why: 'expired', pausedMs: 1, isRunning: false })
  expect(lab.last('L2')).toMatchObject({ why: 'expired', targets: [{ state: 'unverified' }] })
  lab.inject('pause', [])
  await lab.advance(300)
  program.connected = false
  program.emit('disconnect')
  expect(lab.last('L3')).toMatchObject({ why: 'hub-lost', targets: [{ state: 'recovered' }] })
})

test('[WIRE-113] node kill: the runner is told by which firing; a node that lives on says that it was not killed', async () => {
  const { program, lab } = await below()
  lab.inject('node_kill', [], { durationMs: null })
  await lab.advance(200)
  const fault = { experiment: 'F-L1', kind: 'node_kill', firing: 'L1:1' }
  expect(program.said).toEqual([{ orrery: 'kill', leaseId: 'L1', fault }])
  await lab.advance(2_500)
  expect(lab.last()).toMatchObject({
    why: 'fired',
    targets: [{ state: 'unverified', firings: 1 }],
    readBack: expect.stringMatching(/^0 of 1 read back/),
  })
})

test('[WIRE-113] what a runner says of the life before is read, and nothing else is', () => {
  const fault = { experiment: 'F-0001', kind: 'node_kill', firing: 'L1:1' }
  expect(readRunnerKill({ [RUNNER_KILLED_ENV]: JSON.stringify({ pid: 12, fault }) })).toEqual({
    pid: 12,
    fault,
  })
  for (const text of [undefined, '', '{', '{}', JSON.stringify({ pid: -1, fault })])
    expect(readRunnerKill(text === undefined ? {} : { [RUNNER_KILLED_ENV]: text })).toBeNull()
})
