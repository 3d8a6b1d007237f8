import type { Command } from '@orrery/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { createAgentCalls } from './agent-calls.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const resume: Command = { op: 'process.resume', id: '1', target: 'Root/a' }
const calls = (isThere = true) => createAgentCalls({ clock: systemClock, send: () => isThere })
const answer = { type: 'command.result', id: '1', result: { ok: true, value: null } } as const

test('the answer comes from the node that was asked, and from no other', async () => {
  const asked = calls()
  const result = asked.call('mail@a', resume, 5_000)
  asked.answered('evil@b', answer)
  expect(asked.isUnderWay('1')).toBe(true)
  asked.answered('mail@a', answer)
  expect(await result).toEqual({ ok: true, value: null })
  expect(vi.getTimerCount()).toBe(0)
})

test('silence is an answer after five seconds, and what comes later is nobody’s', async () => {
  const asked = calls()
  const result = asked.call('mail@a', resume, 5_000)
  vi.advanceTimersByTime(5_000)
  expect(await result).toMatchObject({ ok: false, code: 'command.timeout' })
  asked.answered('mail@a', answer)
})

test('a node that is not there, or goes, answers at once', async () => {
  expect(await calls(false).call('mail@a', resume, 5_000)).toMatchObject({ code: 'node.gone' })
  const asked = calls()
  const result = asked.call('mail@a', resume, 5_000)
  asked.lost('mail@a')
  expect(await result).toMatchObject({ code: 'node.gone' })
})
