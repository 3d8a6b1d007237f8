import { expect, test } from 'vitest'
import { consoleLogger } from './logger.ts'

function stream(isTTY: boolean) {
  const lines: string[] = []
  return { isTTY, lines, write: (text: string) => lines.push(text) > 0 }
}

test('the agent’s lines are JSON that names its node', () => {
  const err = stream(false)
  consoleLogger('mail@localhost', 'orrery agent', err).warn('the hub refuses this node')
  expect(err.lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'warn', about: 'node:mail@localhost', message: 'the hub refuses this node' },
  ])
})

test('on a terminal they are plain', () => {
  const err = stream(true)
  consoleLogger('mail@localhost', 'orrery agent', err).info('connected')
  expect(err.lines).toEqual(['orrery agent: connected\n'])
})
