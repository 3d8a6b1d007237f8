import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { until } from '../until.ts'
import { type Program, program } from './program.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'orrery-program-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
})

/** A program of these lines; it is killed after the test. */
function write(...lines: string[]): Program {
  const path = join(dir, 'program.mts')
  writeFileSync(path, `process.on('disconnect', () => process.exit(0))\n${lines.join('\n')}\n`)
  const written = program({
    name: 'it',
    file: pathToFileURL(path),
    settings: (life) => ({ LIFE: String(life) }),
    readyWithinMs: 10_000,
  })
  onTestFinished(async () => void (await written.kill()))
  return written
}

test('it is ready when it says so, is killed by its pid, and lives again with settings of its own', async () => {
  const it = write('process.send({ ready: true, life: process.env.LIFE })')
  expect(await Promise.all([it.start(), it.start()])).toEqual([true, true])
  expect(it.told.life).toBe('1')
  const { pid } = it
  expect(await it.kill()).toBe(true)
  expect(() => process.kill(pid ?? 0, 0)).toThrow(/ESRCH/)
  expect(await it.kill()).toBe(false)
  expect(await it.start()).toBe(true)
  expect([it.told.life, it.lives, it.surprises]).toEqual(['2', 2, []])
})

test('an end that nobody asked for is a surprise, with what was printed', async () => {
  const it = write(
    "process.on('message', () => { console.error('the bottom fell out'); process.exit(3) })",
    'process.send({ ready: true })',
  )
  await it.start()
  it.order({ fall: true })
  await until(() => it.pid === null)
  expect(it.surprises).toHaveLength(1)
  expect(it.surprises[0]).toMatch(/it ended by itself \(3\):.*the bottom fell out/s)
})

test('one that ends before it is ready did not start, and one that is killed meanwhile neither', async () => {
  expect(await write('process.exit(1)').start()).toBe(false)
  const slow = write('setInterval(() => undefined, 1_000)')
  const started = slow.start()
  await until(() => slow.kill())
  expect(await started).toBe(false)
  expect(slow.surprises).toEqual([])
})
