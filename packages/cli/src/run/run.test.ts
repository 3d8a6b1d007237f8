import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { processState } from './process-state.ts'

const WAIT = { timeout: 30_000, interval: 20 }
vi.setConfig({ testTimeout: 60_000 })
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

/** A hub that says of every lease what it is told to say; `null`: nothing. */
async function leaseHub(isHeld: boolean | null) {
  const hub = { isHeld, asked: [] as string[], url: '' }
  const server = createServer((request, response) => {
    hub.asked.push(`${request.url} ${request.headers.authorization}`)
    if (hub.isHeld === null) return response.destroy()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ isHeld: hub.isHeld }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  hub.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  return hub
}

async function running(...flags: string[]) {
  const main = join(import.meta.dirname, '../main.ts')
  const node = join(import.meta.dirname, '../../test/paused-node.ts')
  const tsx = ['--import', 'tsx']
  const runner = spawn(
    process.execPath,
    [...tsx, main, 'run', ...flags, '--', process.execPath, ...tsx, node],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  const said: string[] = []
  runner.stdout?.on('data', (text) => said.push(...String(text).split('\n').filter(Boolean)))
  const complaints: string[] = []
  runner.stderr?.on('data', (text) => complaints.push(String(text)))
  const pids = () => said.flatMap((line) => (line.startsWith('pid ') ? [Number(line.split(' ')[1])] : []))
  undo.push(() => {
    runner.kill('SIGKILL')
    for (const pid of pids()) kill(pid)
  })
  await vi.waitFor(() => expect(pids(), complaints.join('')).toHaveLength(1), WAIT)
  const [pid] = pids() as [number]
  const ask = (order: object) => runner.stdin?.write(`${JSON.stringify(order)}\n`)
  const words = () => said.flatMap((line) => (line.startsWith('word ') ? [JSON.parse(line.slice(5))] : []))
  return { runner, said, pid, pids, ask, words }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

const ended = (child: ChildProcess) =>
  new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )

const pauseOrder = (url: string, durationMs: number | null = null) => ({
  orrery: 'pause',
  leaseId: 'lease-1',
  hub: { url, token: 'agent-token' },
  durationMs,
})

test('[WIRE-112] a node is paused while the hub says yes, and resumed as soon as it says no', async () => {
  const hub = await leaseHub(true)
  const { pid, ask, words } = await running()
  ask(pauseOrder(hub.url))
  await vi.waitFor(() => expect(processState(pid)).toBe('stopped'), WAIT)
  // Longer than it would stand still without a yes.
  await vi.waitFor(() => expect(hub.asked.length).toBeGreaterThan(11), WAIT)
  expect(processState(pid)).toBe('stopped')
  expect(hub.asked[0]).toBe('/api/v1/leases/lease-1 Bearer agent-token')
  hub.isHeld = false
  await vi.waitFor(() => expect(words()).toHaveLength(1), WAIT)
  expect(words()[0]).toMatchObject({
    orrery: 'resumed',
    leaseId: 'lease-1',
    why: 'released',
    isRunning: true,
  })
  expect(words()[0].pausedMs).toBeGreaterThan(5_000)
  expect(processState(pid)).toBe('running')
})

test('[WIRE-112] a hub that is gone, and a time that is over, both end a pause', async () => {
  const hub = await leaseHub(null)
  const { ask, words } = await running()
  ask(pauseOrder(hub.url))
  await vi.waitFor(() => expect(words()).toHaveLength(1), WAIT)
  expect(words()[0]).toMatchObject({ why: 'hub-lost', isRunning: true })
  expect(words()[0].pausedMs).toBeGreaterThan(4_000)
  expect(words()[0].pausedMs).toBeLessThan(5_000)
  hub.isHeld = true
  ask(pauseOrder(hub.url, 700))
  await vi.waitFor(() => expect(words()).toHaveLength(2), WAIT)
  expect(words()[1]).toMatchObject({ why: 'expired' })
  expect(words()[1].pausedMs).toBeGreaterThan(690)
})

test('[WIRE-112] a paused node goes on when its runner is killed, or stands still itself', async () => {
  const hub = await leaseHub(true)
  const killed = await running()
  killed.ask(pauseOrder(hub.url))
  await vi.waitFor(() => expect(processState(killed.pid)).toBe('stopped'), WAIT)
  killed.runner.kill('SIGKILL')
  await vi.waitFor(() => expect(killed.said).toContain('runner gone'), WAIT)
  expect(processState(killed.pid)).toBe('running')

  const stopped = await running()
  stopped.ask(pauseOrder(hub.url))
  await vi.waitFor(() => expect(processState(stopped.pid)).toBe('stopped'), WAIT)
  const atMs = performance.now()
  stopped.runner.kill('SIGSTOP')
  undo.push(() => stopped.runner.kill('SIGCONT'))
  await vi.waitFor(() => expect(processState(stopped.pid)).toBe('running'), WAIT)
  expect(performance.now() - atMs).toBeLessThan(5_500)
})

test('[WIRE-112] a signal to end resumes a paused node, reaches it, and its exit code is the runner’s', async () => {
  const hub = await leaseHub(true)
  const { runner, pid, ask, said } = await running()
  ask(pauseOrder(hub.url))
  await vi.waitFor(() => expect(processState(pid)).toBe('stopped'), WAIT)
  const end = ended(runner)
  runner.kill('SIGTERM')
  expect(await end).toEqual({ code: 7, signal: null })
  expect(said).toContain('SIGTERM')
  expect(processState(pid)).toBe('gone')
})

const fault = { experiment: 'F-0001', kind: 'node_kill', firing: 'lease-1:1' }

test('[WIRE-113] a node that is killed by an order starts again, and the next life is told by whom', async () => {
  const { pids, ask, said } = await running()
  const [first] = pids() as [number]
  ask({ orrery: 'kill', leaseId: 'lease-1', fault })
  await vi.waitFor(() => expect(pids()).toHaveLength(2), WAIT)
  expect(said.filter((line) => line.startsWith('pid '))[1]).toBe(
    `pid ${pids()[1]} killed ${JSON.stringify({ pid: first, fault })}`,
  )
  expect(processState(first)).toBe('gone')
})

test('a node that ends otherwise is not started again unless that was asked for', async () => {
  const once = await running()
  const end = ended(once.runner)
  kill(once.pid)
  expect(await end).toEqual({ code: 137, signal: null })
  const again = await running('--restart', 'on-failure')
  again.runner.stdin?.write('exit 3\n')
  await vi.waitFor(() => expect(again.pids()).toHaveLength(2), WAIT)
  expect(again.said.filter((line) => line.startsWith('pid '))[1]).toContain('killed never')
  const last = ended(again.runner)
  again.runner.stdin?.write('exit 0\n')
  expect(await last).toEqual({ code: 0, signal: null })
})
