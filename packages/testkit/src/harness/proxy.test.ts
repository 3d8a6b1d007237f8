import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../until.ts'
import { startProxy, type TcpProxy } from './proxy.ts'

/** Says back what it hears. */
const echo = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.pipe(socket)
})
let proxy: TcpProxy
const clients: Socket[] = []

beforeEach(async () => {
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  proxy = await startProxy((echo.address() as AddressInfo).port)
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await proxy[Symbol.asyncDispose]()
  await new Promise((resolve) => echo.close(resolve))
})

interface Client {
  socket: Socket
  heard: string
  isClosed: boolean
}

function dial(): Client {
  const client: Client = { socket: connect(proxy.port, '127.0.0.1'), heard: '', isClosed: false }
  clients.push(client.socket)
  client.socket.on('error', () => undefined)
  client.socket.on('data', (chunk) => {
    client.heard += chunk
  })
  client.socket.on('close', () => {
    client.isClosed = true
  })
  return client
}

test('what is said passes both ways, whole and in order', async () => {
  const client = dial()
  const long = Array.from({ length: 40_000 }, (_, i) => `${i},`).join('')
  client.socket.write(long)
  await until(() => client.heard.length === long.length)
  expect(client.heard).toBe(long)
})

test('a cut ends the connections there are, and lets new ones in', async () => {
  const [first, second] = [dial(), dial()]
  for (const { socket } of [first, second]) socket.write('hello')
  await until(() => first.heard === 'hello' && second.heard === 'hello')
  expect(proxy.cut()).toBe(2)
  await until(() => first.isClosed && second.isClosed)
  const third = dial()
  third.socket.write('again')
  await until(() => third.heard === 'again')
  expect(proxy.connections).toBe(1)
})

test('a stall holds everything back and breaks nothing', async () => {
  const client = dial()
  client.socket.write('before')
  await until(() => client.heard === 'before')
  proxy.stall()
  client.socket.write(' and after')
  const other = dial()
  other.socket.write('new')
  await until(() => proxy.connections === 2)
  expect([client.heard, other.heard]).toEqual(['before', ''])
  proxy.flow(null)
  await until(() => client.heard === 'before and after' && other.heard === 'new')
  expect(client.isClosed).toBe(false)
})

test('slowed, it takes the time that its pace asks', async () => {
  const client = dial()
  proxy.flow(100_000)
  const startedAtMs = performance.now()
  client.socket.write('x'.repeat(30_000))
  await until(() => client.heard.length === 30_000)
  // Never faster than its pace, whatever else the machine does.
  expect(performance.now() - startedAtMs).toBeGreaterThan(250)
})

test('without a target, or with one that is not there, whoever connects is turned away', async () => {
  const port = proxy.target
  for (const target of [null, 1]) {
    proxy.target = target
    const client = dial()
    await until(() => client.isClosed)
  }
  proxy.target = port
  const client = dial()
  client.socket.write('back')
  await until(() => client.heard === 'back')
})
