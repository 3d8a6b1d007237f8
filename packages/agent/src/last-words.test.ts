import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fieldValue, nodeEndId } from '@orrery/protocol'
import { describe, expect, test } from 'vitest'
import { afterwards, newSpoolDir, until } from './testing/constellation.ts'
import { type TinyHub, tinyHub } from './testing/tiny-hub.ts'

const script = fileURLToPath(new URL('../test/ending-node.ts', import.meta.url))
const NO_HUB = 'http://127.0.0.1:9'

interface Ended {
  incarnation: string
  code: number | null
  printed: string
}

function begin(how: string, hub: string, spoolDir: string, flags: string[] = []) {
  const child = spawn(process.execPath, [...flags, '--import', 'tsx', script, how, hub, spoolDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const ended = once(child, 'close').then(
    (): Ended => ({ incarnation: out.trim(), code: child.exitCode, printed }),
  )
  return { child, ended, isUp: () => out.includes('\n') }
}

/** The next life of the same node, at a hub: what it has to tell of the one before. */
async function nextLife(spoolDir: string): Promise<TinyHub> {
  const hub = await tinyHub()
  const { child } = begin('stay', hub.url, spoolDir)
  afterwards(
    () => hub.close(),
    () => child.kill('SIGKILL'),
  )
  await until(() => expect(hub.hellos).toHaveLength(1))
  return hub
}

describe('what no code can catch', () => {
  test('[WIRE-77] a full heap is told by what Node.js wrote of it, without environment, once', async () => {
    const spoolDir = newSpoolDir()
    const ended = await begin('fill', NO_HUB, spoolDir, ['--max-old-space-size=100']).ended
    expect(ended.code).not.toBe(0)
    const [incarnation = ''] = ended.incarnation.split('\n')
    const folder = join(spoolDir, 'ending@localhost', 'diagnostics')
    expect(readdirSync(folder)).toHaveLength(1)
    const hub = await nextLife(spoolDir)
    const id = nodeEndId(incarnation)
    await until(() => expect([...hub.reports.keys()]).toEqual([id]))
    const report = hub.reports.get(id)?.report
    expect(report?.identity).toMatchObject({ incarnation, behaviour: 'Node', key: '' })
    expect(report?.cause).toMatchObject({ kind: 'out-of-memory', reason: { tag: 'heap_limit' } })
    expect(report?.cause.reason.text).toMatch(/ MB of \d+ MB of heap were used/)
    expect(JSON.stringify(report?.cause.reason.term)).toContain('old_space')
    expect(JSON.stringify(report)).not.toContain(process.env.PATH)
    expect(readdirSync(folder)).toEqual([])
    expect(hub.hellos[0]?.lives).toMatchObject([{ incarnation, end: 'killed' }])
  }, 30_000)
})

describe('what nobody caught', () => {
  test('[WIRE-76] is told in the last words, which the next life hands over', async () => {
    const spoolDir = newSpoolDir()
    const ended = await begin('throw', NO_HUB, spoolDir).ended
    expect(ended.code).toBe(1)
    expect(ended.printed).toContain('RangeError: the hold is on fire')
    const hub = await nextLife(spoolDir)
    const id = nodeEndId(ended.incarnation)
    await until(() => expect([...hub.reports.keys()]).toEqual([id]))
    const report = hub.reports.get(id)?.report
    expect(report?.identity).toMatchObject({ incarnation: ended.incarnation, behaviour: 'Node', key: '' })
    expect(report?.cause).toMatchObject({ kind: 'throw', reason: { tag: 'RangeError' } })
    const stack = report ? fieldValue(report.cause.stack) : undefined
    const top = stack?.frames.find(({ owner }) => owner === 'app')
    expect(top).toMatchObject({ fn: expect.stringMatching(/explode$/) })
    expect(top?.file).toMatch(/ending-node\.ts$/)
    expect(top?.context?.some(([, line]) => line.includes('throw new RangeError'))).toBe(true)
    expect(hub.hellos[0]?.lives).toMatchObject([{ incarnation: ended.incarnation, end: 'crashed' }])
  }, 20_000)

  test('is redacted before it is written', async () => {
    const spoolDir = newSpoolDir()
    await begin('throw', NO_HUB, spoolDir).ended
    const hub = await nextLife(spoolDir)
    await until(() => expect(hub.reports.size).toBe(1))
    const told = JSON.stringify([...hub.reports.values()].map(({ report: { cause } }) => cause.reason))
    expect(told).toContain('the hold is on fire')
    expect(`${told}${JSON.stringify(hub.hellos)}`).not.toContain('hunter2')
  }, 20_000)

  test('[WIRE-76] a rejection that nobody handled is one, and the program ends for it as Node.js ends it', async () => {
    const spoolDir = newSpoolDir()
    const ended = await begin('reject', NO_HUB, spoolDir).ended
    expect(ended.code).toBe(1)
    expect(ended.printed).toContain('TypeError: nobody waits for this')
    const hub = await nextLife(spoolDir)
    await until(() => expect(hub.reports.get(nodeEndId(ended.incarnation))).toBeDefined())
    expect(hub.reports.get(nodeEndId(ended.incarnation))?.report.cause.kind).toBe('rejection')
  }, 20_000)

  test('is the end of the node where the host has a handler that ends the program', async () => {
    const spoolDir = newSpoolDir()
    const ended = await begin('handle-and-exit', NO_HUB, spoolDir).ended
    expect(ended.code).toBe(3)
    const hub = await nextLife(spoolDir)
    await until(() => expect(hub.reports.get(nodeEndId(ended.incarnation))).toBeDefined())
  }, 20_000)

  test('is no end of the node where the host goes on', async () => {
    const spoolDir = newSpoolDir()
    const ended = await begin('handle-and-go-on', NO_HUB, spoolDir).ended
    expect(ended.code).toBe(0)
    const hub = await nextLife(spoolDir)
    expect(hub.hellos[0]?.lives).toMatchObject([{ end: 'exited', detail: 'exit code 0' }])
    await until(() => expect(hub.frames.length).toBeGreaterThan(2))
    expect(hub.reports.size).toBe(0)
  }, 20_000)
})

test('[WIRE-72] the next life tells an exit, an end in order and a kill apart', async () => {
  const spoolDir = newSpoolDir()
  const exited = await begin('exit', NO_HUB, spoolDir).ended
  const stopped = await begin('stop', NO_HUB, spoolDir).ended
  const killed = begin('stay', NO_HUB, spoolDir)
  await until(() => expect(killed.isUp()).toBe(true))
  killed.child.kill('SIGKILL')
  const { incarnation } = await killed.ended
  const hub = await nextLife(spoolDir)
  expect(exited.code).toBe(4)
  expect(hub.hellos[0]?.lives?.map(({ incarnation, end, detail }) => [incarnation, end, detail])).toEqual([
    [exited.incarnation, 'exited', 'exit code 4'],
    [stopped.incarnation, 'stopped', ''],
    [incarnation, process.platform === 'linux' ? 'killed' : 'unknown', ''],
  ])
}, 20_000)
