import { captured, nodeEndReport, type Outcome, unavailable } from '@orrery/protocol'
import { expect, test } from 'vitest'
import { laterEnd } from './node-end.ts'

const back: Outcome = {
  kind: 'restarted',
  newPid: '12',
  backAfterMs: 900,
  firstHandledAfterMs: null,
  crashedAgain: false,
  escalatedTo: null,
}

function end(tag: string, kind: 'node-down' | 'throw' = 'node-down', outcome?: Outcome) {
  const report = nodeEndReport(
    {
      node: 'mail@a',
      incarnation: '5b0c7c1e-9f6a-4c38-8d5e-1f6f0b7c2a11',
      pid: 11,
      runtime: { name: 'Orrery runtime', version: '1' },
      release: null,
      agentVersion: '1',
      startedAt: '2026-11-25T10:00:00.000Z',
      uptimeMs: 1,
      messagesHandled: 0,
      atMs: 0,
      atUs: 0,
    },
    {
      kind,
      reason: { kind, tag, text: tag, term: tag },
      stack: unavailable('none'),
      chain: [],
      killer: unavailable('nobody'),
    },
  )
  return outcome ? { ...report, outcome: captured(outcome) } : report
}

test('[WIRE-73] a later inference takes the place of an earlier one', () => {
  expect(laterEnd(end('no_heartbeat'), end('killed', 'node-down', back))).toEqual(
    end('killed', 'node-down', back),
  )
  expect(laterEnd(end('killed'), end('killed'))).toBeNull()
})

test('[WIRE-76] last words take the place of an inference, its outcome kept; nothing takes theirs', () => {
  const words = end('RangeError', 'throw')
  expect(laterEnd(end('uncaught', 'node-down', back), words)).toEqual(end('RangeError', 'throw', back))
  expect(laterEnd(words, end('no_heartbeat'))).toBeNull()
  expect(laterEnd(words, end('uncaught', 'node-down', back))).toEqual(end('RangeError', 'throw', back))
})
