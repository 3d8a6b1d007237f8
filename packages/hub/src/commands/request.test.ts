import { command } from '@orrery/protocol'
import { describe, expect, test } from 'vitest'
import { readRequest, toCommand } from './request.ts'

describe('a command as it was posted', () => {
  test.each([
    { command: 'kill' },
    { command: 'kill', reason: 'maintenance' },
    { command: 'suspend', durationMs: 1_000 },
    { command: 'resume' },
    { command: 'send', message: { type: 'add', by: 1 } },
  ])('becomes what the wire takes: %j', (body) => {
    const read = readRequest(body)
    if (!read.ok || read.request.command === 'crash_next') throw new Error('not a command of the wire')
    expect(command.safeParse(toCommand(read.request, 'id', 'Root/a', 'lease')).success).toBe(true)
  })

  test.each([
    [null],
    ['kill'],
    [{ command: 'explode' }],
    [{ command: 'kill', reason: '' }],
    [{ command: 'suspend', durationMs: 86_400_000 }],
    [{ command: 'crash_next', durationMs: 'long' }],
    [{ command: 'kill', id: 'has spaces in it' }],
    [{ command: 'send' }],
  ])('is refused where it cannot be meant: %j', (body) => {
    expect(readRequest(body).ok).toBe(false)
  })

  test('[WIRE-51] is refused where its message is deeper than anybody could follow', () => {
    const message: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    expect(readRequest({ command: 'send', message })).toMatchObject({ ok: false })
  })
})
