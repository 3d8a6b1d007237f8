/** Values that were made to harm whoever looks at them. */
import { crashReport, inspection, LIMITS } from '@orrery/protocol'
import { child, type Exit, Exit as ExitError, GenServer, nameOf, noreply, Supervisor } from '@orrery/runtime'
import { expect, test } from 'vitest'
import { startConstellation, until } from './testing/constellation.ts'

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const cyclic: Record<string, unknown> = { n: 1 }
cyclic.self = cyclic
const throwing = {
  get secretPlan(): never {
    throw new Error('a getter was called')
  },
}
const deep = Array.from({ length: 5_000 }).reduce<unknown>((inner) => ({ inner }), 'bottom')
class EvilError extends Error {
  override get message(): string {
    throw new Error('message getter was called')
  }
  override get stack(): string {
    throw new Error('stack getter was called')
  }
}
const evilStack = Object.defineProperty(new Error('x'), 'stack', {
  get: () => {
    throw new Error('stack getter was called')
  },
})
const lying = Object.assign(new Error('x'), { stack: 7, name: { toString: 1 } })
const trap = new Proxy(new Error('x'), {
  get: () => {
    throw new Error('trap')
  },
  getPrototypeOf: () => {
    throw new Error('trap')
  },
  ownKeys: () => {
    throw new Error('trap')
  },
})

const values: [string, unknown][] = [
  ['HTML', '<img src=x onerror=alert(1)>'],
  ['ANSI', '\u001b[31mred\u001b[0m\u0007'],
  ['ten megabytes', 'x'.repeat(10_000_000)],
  ['ten megabytes of quotes', '"'.repeat(10_000_000)],
  ['a cycle', cyclic],
  ['a throwing getter', throwing],
  ['BigInt', 2n ** 9_000n],
  ['Symbol', Symbol('<b>')],
  ['invalid UTF-16', 'a\ud800b\udfff'],
  ['a revoked proxy', revoked()],
  ['depth', deep],
  ['a wide object', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, 'v'.repeat(200)]))],
  ['an error with getters', new EvilError()],
  ['an error with a getter for its stack', evilStack],
  ['an error that lies about itself', lying],
  ['a proxy with traps', trap],
  ['a function', () => undefined],
  ['undefined', undefined],
  ['a null-prototype object', Object.assign(Object.create(null), { __proto__: 'x', constructor: 'y' })],
  [
    'an exit with a hostile reason',
    new ExitError('<script>\n\u001b[2J', { cyclic, big: 'y'.repeat(1e6) }) satisfies Exit,
  ],
  [
    'a stack made of frames',
    new Error('boom\n    at evil (/etc/passwd:1:1)\n    at evil2 (/etc/shadow:1:1)'),
  ],
]

const Victim = GenServer.define<{
  args: undefined
  state: { held: unknown }
  casts: { hold: { i: number }; die: { i: number } }
}>({
  module: 'Victim',
  init: () => ({ held: null }),
  handleCast: {
    hold: ({ i }) => noreply({ held: values[i]?.[1] }),
    die: ({ i }) => {
      throw values[i]?.[1]
    },
  },
})
const Root = Supervisor.define({
  module: 'Root',
  strategy: 'one_for_one',
  intensity: 1_000,
  periodMs: 5_000,
  children: () => [child(Victim, { id: '<b>w</b>', args: undefined, name: 'w' })],
})

test('whatever a process holds, receives or dies of: shown as data, bounded, harmless', async () => {
  const { hub, node, agent } = await startConstellation(Root)
  await until(() => expect(hub.of('snapshot.end')).toHaveLength(1))
  const w = nameOf(Victim, 'w')
  for (let i = 0; i < values.length; i++) {
    if (i > 0) await until(() => expect(node.process('w')?.isInitialised).toBe(true))
    node.cast(w, { type: 'hold', i })
    hub.command({ op: 'process.inspect', id: `i${i}`, target: 'w' })
    await until(() => expect(hub.of('command.result').some(({ id }) => id === `i${i}`)).toBe(true))
    const { result } = hub.of('command.result').at(-1) ?? {}
    expect(inspection.safeParse(result?.ok ? result.value : null).error, values[i]?.[0]).toBeUndefined()
    node.cast(w, { type: 'die', i })
    await until(() => expect(hub.reports.size, values[i]?.[0]).toBe(i + 1))
    await until(() => expect(node.process('w')?.isInitialised).toBe(true))
  }
  let i = 0
  for (const { report } of hub.reports.values()) {
    const what = values[i++]?.[0]
    expect(crashReport.safeParse(report).error, what).toBeUndefined()
    const json = JSON.stringify(report)
    expect(Buffer.byteLength(json), what).toBeLessThanOrEqual(LIMITS.crashReportBytes)
    expect(json.isWellFormed(), what).toBe(true)
    expect(report.cause.reason.text, what).not.toMatch(/\p{Cc}/u)
    expect(report.cause.reason.text.length, what).toBeLessThanOrEqual(255)
    expect(json, what).not.toMatch(/getter was called/)
  }
  const stack = [...hub.reports.values()].at(-1)?.report.cause.stack
  const frames = stack?.status === 'captured' ? stack.value.frames : []
  expect(frames.length).toBeGreaterThan(0)
  expect(frames.filter(({ file }) => file?.startsWith('/etc/'))).toEqual([])
  expect(agent.status.faults).toEqual({})
  expect(agent.status.drops).toEqual({ samples: 0, lifecycle: 0, results: 0, crashes: 0 })
})
