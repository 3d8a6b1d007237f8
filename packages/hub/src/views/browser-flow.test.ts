import { EventEmitter } from 'node:events'
import type { Socket } from 'socket.io'
import { expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { createBrowserFlow } from './browser-flow.ts'

/** What a flow sees of a connection whose network takes nothing until it is told to. */
function stuck() {
  const transport = Object.assign(new EventEmitter(), { writable: false })
  const conn = Object.assign(new EventEmitter(), {
    transport,
    writeBuffer: [] as unknown[],
    sendPacket: () => undefined,
  })
  return { transport, socket: { conn } as unknown as Socket }
}

test('however often somebody waits for a network that takes nothing, it is asked once, and wakes once', () => {
  const { transport, socket } = stuck()
  let woken = 0
  const flow = createBrowserFlow(socket, systemClock, () => woken++)
  for (let i = 0; i < 1_000; i++) flow.wait()
  expect(transport.listenerCount('ready')).toBe(1)
  transport.emit('ready')
  expect(woken).toBe(0)
  expect(transport.listenerCount('ready')).toBe(1)
  transport.writable = true
  transport.emit('ready')
  expect(woken).toBe(1)
  expect(transport.listenerCount('ready')).toBe(0)
})
