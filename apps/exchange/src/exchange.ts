/** The whole exchange. Started in the order calls need it. */
import { join } from 'node:path'
import { child, type Node, Supervisor, start } from '@orrery/runtime'
import { BillingSup } from './billing/billing-sup.ts'
import { LedgerPort, ledger } from './billing/ledger-client.ts'
import { CallSup } from './calls/call.ts'
import { Directory } from './directory.ts'
import { MediaSup } from './media/media-sup.ts'
import { CALL_SUP, CHANNELS, DIRECTORY, MIXERS } from './messages.ts'
import { RoutingSup } from './routing/routing-sup.ts'
import type { Settings } from './settings.ts'
import { Traffic } from './traffic.ts'
import { TrunkPort, trunk } from './trunk/trunk-port.ts'
import { TrunkSup } from './trunk/trunk-sup.ts'
import { FIRST_RELEASE } from './upgrade.ts'

/** Everything but calls. */
const FIXED_PROCESSES = 22 + CHANNELS + MIXERS
const NOISE_EVERY_MS = 120_000

const PortsSup = Supervisor.define<{ args: Settings }>({
  module: 'PortsSup',
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: ({ trunkListen, trunkConnect, dataDir, hasMishaps }) => [
    child(LedgerPort, { id: 'ledger', name: ledger, args: { file: join(dataDir, 'ledger.log') } }),
    child(TrunkPort, {
      id: 'trunk',
      name: trunk,
      args: {
        listen: trunkListen,
        connect: trunkConnect,
        noiseEveryMs: hasMishaps ? NOISE_EVERY_MS : 0,
      },
    }),
  ],
})

const ExchangeSup = Supervisor.define<{ args: Settings }>({
  module: 'exchange_sup',
  strategy: 'one_for_one',
  intensity: 5,
  periodMs: 30_000,
  children: (settings) => {
    const { area, areas, callsPerS, processes, hasMishaps } = settings
    const calls = Math.max(0, processes - FIXED_PROCESSES)
    return [
      child(Directory, { id: 'directory', name: DIRECTORY }),
      child(BillingSup, { id: 'billingSup', name: 'BillingSup' }),
      child(MediaSup, { id: 'mediaSup', name: 'MediaSup' }),
      child(CallSup, { id: 'callSup', name: CALL_SUP }),
      child(RoutingSup, { id: 'routingSup', name: 'RoutingSup', args: { own: area, areas } }),
      child(TrunkSup, { id: 'trunkSup', name: 'TrunkSup', args: { isLower: settings.trunkListen !== null } }),
      // The line last: what it brings finds everybody there.
      child(PortsSup, { id: 'portsSup', name: 'PortsSup', args: settings }),
      child(Traffic, {
        id: 'traffic',
        name: 'Traffic',
        args: { own: area, areas, callsPerS, calls, hasMishaps },
      }),
    ]
  },
})

/** Resolves when calls are taken. `await node.stop()` ends it in order. */
export function startExchange(settings: Settings): Promise<Node> {
  return start(ExchangeSup, {
    name: settings.node,
    release: FIRST_RELEASE,
    random: seeded(settings.seed),
    args: settings,
  })
}

/** mulberry32: small, and the same on every machine. */
function seeded(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
