import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { request } from './api.ts'

const answers: Record<string, [status: number, body: string]> = {
  '/gone': [204, ''],
  '/whole': [200, '{"id":"F-0001"}'],
  '/torn': [200, '{"id":'],
  '/refused': [409, '{"code":"halt.latched","detail":"all is halted"}'],
}
const server = createServer(({ url = '' }, response) => {
  const [status, body] = answers[url] ?? [404, '']
  response.writeHead(status).end(body)
})
let base = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

it('an answer without a body is an answer, a torn one is none', async () => {
  expect(await request('DELETE', `${base}/gone`)).toEqual({ ok: true, value: null })
  expect(await request('GET', `${base}/whole`)).toEqual({ ok: true, value: { id: 'F-0001' } })
  expect(await request('GET', `${base}/torn`)).toMatchObject({ ok: false, code: 'hub.unreachable' })
})

it('a refusal keeps its code and its words', async () => {
  expect(await request('POST', `${base}/refused`, {})).toEqual({
    ok: false,
    status: 409,
    code: 'halt.latched',
    message: 'all is halted',
  })
})
