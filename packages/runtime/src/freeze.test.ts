import { expect, test } from 'vitest'
import { frozen } from './freeze.ts'
import { createNode } from './node.ts'

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

test('a value that cannot be looked into travels as it is, and what stands beside it is still frozen', () => {
  const bad = revoked()
  expect(frozen(bad)).toBe(bad)
  const message = { type: 'hurt', bad, list: [1] }
  expect(frozen(message)).toBe(message)
  expect(Object.isFrozen(message)).toBe(true)
  expect(Object.isFrozen(message.list)).toBe(true)
  const trapping = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('trapped')
      },
    },
  )
  expect(frozen({ trapping }).trapping).toBe(trapping)
})

test('a process that throws such a value ends like any other, in the development default too', async () => {
  const node = createNode({ name: 'freeze@localhost', messages: 'freeze' })
  const ended: string[] = []
  node.hooks = { processExited: (process) => void ended.push(String(process.pid)) }
  const watcher = node.spawn(async (ctx) => {
    ctx.trapExit(true)
    const child = ctx.spawnLink(async () => {
      throw revoked()
    })
    const exit = (await ctx.receive()) as { type: string }
    ended.push(`${exit.type} ${String(child)}`)
  })
  await expect.poll(() => ended).toContain(String(watcher))
  expect(ended.some((line) => line.startsWith('EXIT '))).toBe(true)
  await node.stop()
})
