import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'

function stream(isTTY: boolean) {
  const lines: string[] = []
  return { isTTY, lines, write: (text: string) => lines.push(text) > 0 }
}

test('lines that a machine collects are JSON and name what they concern', () => {
  const out = stream(false)
  const err = stream(false)
  const logger = createLogger(out, err, () => 0)
  logger.info('node:mail@localhost', 'mail@localhost said hello')
  logger.error('database', 'the series wait', new Error('gone'))
  expect(out.lines.map((line) => JSON.parse(line))).toEqual([
    {
      at: '1970-01-01T00:00:00.000Z',
      level: 'info',
      about: 'node:mail@localhost',
      message: 'mail@localhost said hello',
    },
  ])
  expect(err.lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'error', about: 'database', error: { name: 'Error', message: 'gone' } },
  ])
})

test('a person before a terminal reads plain lines', () => {
  const out = stream(true)
  createLogger(out, stream(true)).info('hub', 'ready')
  expect(out.lines).toEqual(['orrery: ready\n'])
})
