import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { CallError } from '@orrery/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { hasAnswer, LOOPBACK, listen, outgoing, talkTo } from './smtp.ts'

const envelope = { from: 'a@example.org', to: ['b@example.org'] }

async function server(onMail: () => Promise<string>): Promise<number> {
  const ending = new AbortController()
  onTestFinished(() => ending.abort())
  return listen('test', 0, { onMail }, ending.signal)
}

/** What a client makes of it: the error, and whether it had begun its text. */
async function send(port: number): Promise<{ error: unknown; isBegun: boolean }> {
  const message = outgoing('Subject: one\r\n\r\none\r\n')
  const error = await talkTo({ port, name: 'test', signal: new AbortController().signal }, (client) =>
    client.sendMail({ envelope, raw: message.stream }),
  ).then(
    () => null,
    (why: unknown) => why,
  )
  return { error, isBegun: message.isBegun }
}

test('who failed before it was asked says so, and the sender knows that the mail was not taken', async () => {
  const gone = new CallError('noproc', 'SmtpSession', 'mail')
  const { error, isBegun } = await send(await server(() => Promise.reject(gone)))
  expect(error).toMatchObject({ responseCode: 451 })
  expect([hasAnswer(error), isBegun]).toEqual([true, true])
})

test.each(['killed', 'timeout'])(
  'who ended by %s while it was asked says nothing: either word could be a lie',
  async (reason) => {
    const died = new CallError(reason, 'SmtpSession', 'mail')
    const { error, isBegun } = await send(await server(() => Promise.reject(died)))
    expect(error).toBeInstanceOf(Error)
    expect([hasAnswer(error), isBegun]).toEqual([false, true])
  },
)

test('a server that is not there has taken nothing: the text was not begun', async () => {
  const { port } = await new Promise<AddressInfo>((resolve) => {
    const closed = createServer().listen(0, LOOPBACK, () => {
      const address = closed.address() as AddressInfo
      closed.close(() => resolve(address))
    })
  })
  const { error, isBegun } = await send(port)
  expect([hasAnswer(error), isBegun]).toEqual([false, false])
})

test('421 ends a connection and refuses no mail', async () => {
  const sockets: Socket[] = []
  const leaving = createServer((socket) => {
    sockets.push(socket)
    socket.write('220 test\r\n')
    socket.on('data', (chunk) => {
      const line = String(chunk)
      if (/\r\n\.\r\n$/.test(line)) socket.end('421 shutting down\r\n')
      else socket.write(/^DATA/im.test(line) ? '354 go on\r\n' : '250 ok\r\n')
    })
  })
  await new Promise<void>((resolve) => leaving.listen(0, LOOPBACK, resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    leaving.close()
  })
  const { error, isBegun } = await send((leaving.address() as AddressInfo).port)
  expect(error).toMatchObject({ responseCode: 421 })
  expect([hasAnswer(error), isBegun]).toEqual([false, true])
})

test('mail that is kept is answered with 250', async () => {
  expect((await send(await server(() => Promise.resolve('kept')))).error).toBeNull()
})
