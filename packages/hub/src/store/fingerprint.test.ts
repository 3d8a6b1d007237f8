import { describe, expect, it } from 'vitest'
import { failedFunction, fingerprint } from './fingerprint.ts'
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
      'message data_ind',
    ])
  })
})

describe('failedFunction', () => {
  it('passes over frames of packages, runtime and Node, and over functions without a name', () => {
    const others = [frame('node', 'node'), frame('vendor', 'vendor'), frame(null), frame('run', 'runtime')]
    expect(failedFunction([...others, frame('app'), frame('main')])).toBe('app')
    expect(failedFunction(others)).toBeNull()
  })

  it('is the same however deep the recursion, and however it was come to', () => {
    const walk = (depth: number) => Array.from({ length: depth }, () => frame('walk'))
    expect(failedFunction([...walk(3), frame('start')])).toBe('walk')
    expect(failedFunction(walk(50))).toBe('walk')
  })

  it('is the caller of an assertion, where there is one', () => {
    expect(failedFunction([frame('assertThat'), frame('pay')])).toBe('pay')
    expect(failedFunction([frame('Guards.must'), frame('invariant'), frame('async pay')])).toBe('pay')
    expect(failedFunction([frame('mustard'), frame('pay')])).toBe('mustard')
    expect(failedFunction([frame('ensure')])).toBe('ensure')
  })

  it('knows a function under each of its spellings', () => {
    for (const fn of [
      'async handleCall',
      'Object.handleCall',
      'new handleCall',
      'handleCall [as call]',
      'async Object.handleCall [as call]',
      'handleCall.<anonymous>',
    ])
      expect(failedFunction([frame(fn)])).toBe('handleCall')
    expect(failedFunction([frame('Object.<anonymous>'), frame('<anonymous>')])).toBeNull()
  })
})
