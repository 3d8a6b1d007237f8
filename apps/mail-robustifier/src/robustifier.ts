/**
 * The whole node. Started in the order mail needs it and stopped in reverse: the world outside first, the spool last, so
 * that what was accepted is on disk whatever happens.
 */
import { join } from 'node:path'
import { child, type Node, Supervisor, start } from '@orrery/runtime'
import { BackendsSup } from './backends/backends-sup.ts'
import { GeneratorSup } from './generator/generator-sup.ts'
import { InboundSup } from './inbound/inbound-sup.ts'
import { QUARANTINE, SPOOL } from './messages.ts'
import { OutboundSup } from './outbound/outbound-sup.ts'
import { ParsingSup } from './parsing/parsing-sup.ts'
import type { Settings } from './settings.ts'
import { Quarantine } from './spool/quarantine.ts'
import { Spool } from './spool/spool.ts'
import { FIRST_RELEASE } from './upgrade.ts'

export interface RobustifierArgs extends Omit<Settings, 'seed'> {
  parsers: number
  workers: number
  /** A mail waits so long after its parser or its delivery died. */
  parseRetryMs: number
  deliveryRetryMs: number
  checkMs: number
  crankEveryMs: number
  /** Of each back-end's mail, and of the quarantine's, so many are kept, the newest. */
  mostDelivered: number
  mostQuarantined: number
}

const DEFAULTS: Omit<RobustifierArgs, keyof Settings> = {
  parsers: 8,
  workers: 12,
  parseRetryMs: 4_000,
  deliveryRetryMs: 1_000,
  checkMs: 2_000,
  crankEveryMs: 50_000,
  mostDelivered: 200,
  mostQuarantined: 500,
}

const RobustifierSup = Supervisor.define<{ args: RobustifierArgs }>({
  module: 'RobustifierSup',
  strategy: 'one_for_one',
  intensity: 5,
  periodMs: 30_000,
  children: (args) => {
    const spool = join(args.dataDir, 'spool')
    return [
      child(Spool, {
        id: 'spool',
        name: SPOOL,
        args: { folder: spool, log: join(args.dataDir, 'ambiguous.log') },
      }),
      child(Quarantine, {
        id: 'quarantine',
        name: QUARANTINE,
        args: { folder: join(args.dataDir, 'quarantine'), spool, mostKept: args.mostQuarantined },
      }),
      child(BackendsSup, {
        id: 'backends',
        name: 'BackendsSup',
        args: {
          folder: join(args.dataDir, 'backends'),
          mostKept: args.mostDelivered,
          hasOutages: args.hasOutages,
        },
      }),
      child(OutboundSup, {
        id: 'outbound',
        name: 'OutboundSup',
        args: { spool, workers: args.workers, retryMs: args.deliveryRetryMs, checkMs: args.checkMs },
      }),
      child(ParsingSup, {
        id: 'parsing',
        name: 'ParsingSup',
        args: { spool, parsers: args.parsers, retryMs: args.parseRetryMs },
      }),
      child(InboundSup, { id: 'inbound', name: 'InboundSup', args: { spool, port: args.smtpPort } }),
      ...(args.mailsPerS > 0
        ? [
            child(GeneratorSup, {
              id: 'generator',
              name: 'GeneratorSup',
              args: { mailsPerS: args.mailsPerS, crankEveryMs: args.crankEveryMs },
            }),
          ]
        : []),
    ]
  },
})

export const NODE = 'mail@localhost'

/** Starts `mail@localhost`; resolves when mail is taken. `await node.stop()` ends it in order. */
export function startRobustifier(
  { seed, ...settings }: Settings,
  changes: Partial<RobustifierArgs> = {},
): Promise<Node> {
  return start(RobustifierSup, {
    name: NODE,
    release: FIRST_RELEASE,
    random: seeded(seed),
    args: { ...DEFAULTS, ...settings, ...changes },
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
