import { describe, expect, it } from 'vitest'
import { appFunctions, fingerprint } from './fingerprint.ts'
import { type CrashFixture, crashReport } from './fixture.ts'

const print = (fixture: CrashFixture) => fingerprint(crashReport(fixture)).fingerprint
const frame = (fn: string | null, owner: 'app' | 'vendor' | 'runtime' | 'node' = 'app') => ({
  fn,
  file: 'src/a.ts',
  line: 1,
  column: 1,
  owner,
})

describe('fingerprint', () => {
  it('is the same for the same bug in another process, at another line, with other arguments', () => {
    expect(
      print({
        pid: '<0.9.0>',
        key: 'root/x#7',
        name: 'link_7',
        line: 91,
        text: 'other words',
        node: 'b@c',
        mailbox: 0,
      }),
    ).toBe(print({}))
  })

  it.each<[string, CrashFixture]>([
    ['module', { module: 'Ledger', functions: ['FrameBuffer.push', 'TrunkLink.onData'] }],
    ['kind', { kind: 'exit' }],
    ['class', { tag: 'TypeError' }],
    ['function', { functions: ['FrameBuffer.pop', 'TrunkLink.onData'] }],
    ['message type', { messageType: 'close_ind' }],
  ])('differs by %s', (_, fixture) => {
    expect(print(fixture)).not.toBe(print({}))
  })

  it('ignores pids, identifiers and numbers wherever they stand', () => {
    expect(print({ tag: 'lost <0.17.0> 5f0c6a52-5a1e-4a3f-9a83-3c1f2b7d9e10 0xff 12' })).toBe(
      print({ tag: 'lost <0.1.0> 00000000-1111-2222-3333-444444444444 0x01 7' }),
    )
    expect(print({ functions: ['handler$1'] })).toBe(print({ functions: ['handler$2'] }))
  })

  it('says in words what went into it', () => {
    expect(fingerprint(crashReport()).contributed).toEqual([
      'GenServer TrunkLink',
      'kind throw',
      'reason frame_overrun',
      'function FrameBuffer.push',
      'function TrunkLink.onData',
      'message data_ind',
    ])
  })
})

describe('appFunctions', () => {
  it('passes over frames of packages, runtime and Node, and over functions without a name', () => {
    expect(
      appFunctions([
        frame('node'),
        frame('vendor', 'vendor'),
        frame(null),
        frame('run', 'runtime'),
        frame('emit', 'node'),
        frame('app'),
      ]),
    ).toEqual(['node', 'app'])
  })

  it('folds recursion of any depth', () => {
    const walk = (depth: number) => [...Array.from({ length: depth }, () => frame('walk')), frame('start')]
    expect(appFunctions(walk(3))).toEqual(appFunctions(walk(40)))
    expect(appFunctions([frame('odd'), frame('even'), frame('odd'), frame('even'), frame('main')])).toEqual([
      'odd',
      'even',
      'main',
    ])
  })

  it('knows a function under each of its spellings', () => {
    for (const fn of [
      'async handleCall',
      'Object.handleCall',
      'new handleCall',
      'handleCall [as call]',
      'async Object.handleCall [as call]',
    ])
      expect(appFunctions([frame(fn)])).toEqual(['handleCall'])
    expect(appFunctions([frame('Object.<anonymous>'), frame('<anonymous>')])).toEqual([])
  })
})
