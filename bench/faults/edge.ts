/**
 * An edge of the exchange at ten thousand processes: a delay on the records that some of the calls send when they end, a drop on what others say to the
 * directory. Whatever was touched is looked for everywhere else: in every dead letter, and in what every process remembers of its messages.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultName, FaultStatus, Injection } from '@orrery/protocol/faults'
import type { DeadLetter, Node, Process } from '@orrery/runtime'
import { startExchange } from '../../apps/exchange/src/exchange.ts'
import { readSettings } from '../../apps/exchange/src/settings.ts'
import { hostTime } from '../../packages/agent/src/faults/host-time.ts'
import { createInjections, type Injections } from '../../packages/agent/src/faults/injections.ts'
import { runtimeSource } from '../../packages/agent/src/runtime-source.ts'
import type { Figures } from '../suite.ts'

/** Ten thousand calls, and what serves them. */
const PROCESSES = 10_600
const RATE = 400
const SENDERS = 1_000
const MEASURED_MS = 20_000
const LOOK_MS = 10
const RENEW_MS = 1_000

export async function edge(log: (line: string) => void): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-edge-'))
  const flags = ['--data', dir, '--mishaps', 'off', '--processes', String(PROCESSES), '--rate', String(RATE)]
  const settings = readSettings(flags, { ORRERY_SEED: process.env.ORRERY_SEED ?? '1' }, 1)
  if (settings === null) throw new Error('the exchange has no settings')
  const node = await startExchange(settings)
  try {
    await until(() => node.processCount >= PROCESSES * 0.97, 120_000, 'the exchange did not fill')
    log(`${node.processCount} processes`)
    return await measure(node)
  } finally {
    await node.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(node: Node): Promise<Figures> {
  const letters: DeadLetter[] = []
  const keys = new Map<string, string>()
  const last = new Map<string, FaultStatus>()
  const failures: string[] = []
  const source = runtimeSource(node)
  const fail = (where: string, error: unknown): void => void failures.push(`${where}: ${String(error)}`)
  const unwatch = source.watch({
    happened: () => undefined,
    dying: () => undefined,
    crashing: () => false,
    crashed: () => undefined,
    decided: () => undefined,
    outcome: () => undefined,
    failed: fail,
  })
  const { hooks } = node
  node.hooks = {
    ...hooks,
    deadLetter: (letter) => void letters.push(letter),
    processStarted(process) {
      keys.set(String(process.pid), process.key)
      hooks?.processStarted?.(process)
    },
  }
  for (const process of node.processes()) keys.set(String(process.pid), process.key)
  const injections = createInjections({
    host: source.faults,
    time: hostTime,
    nowUs: source.nowUs,
    run(where, work) {
      try {
        work()
      } catch (error) {
        fail(where, error)
      }
    },
    tell: (status) => void last.set(status.leaseId, status),
    leaseEnded: () => undefined,
    claimKill: () => undefined,
    soon: (work) => void setImmediate(work),
  })
  const calls = [...node.processes()].filter(({ module }) => module === 'Call').map(({ key }) => key)
  const delayed = new Set(calls.slice(0, SENDERS))
  const dropped = new Set(calls.slice(SENDERS, 2 * SENDERS))
  begin(injections, 'delay', 'edge-delay', named(node, 'CdrWriter'), delayed, { delayMs: 100, jitterMs: 50 })
  begin(injections, 'drop', 'edge-drop', named(node, 'Directory'), dropped, {})

  const seen = { delayed: 0, other: 0 }
  const known = new Set<string>()
  const look = (process: Process): void => {
    for (const { seq, firing, sender } of node.inspect(process, NARROW).recorder.entries) {
      if (firing === null || known.has(`${process.id} ${seq}`)) continue
      known.add(`${process.id} ${seq}`)
      const isMeant = process.name === 'CdrWriter' && delayed.has(keys.get(sender ?? '') ?? '')
      if (isMeant && firing.startsWith('edge-delay:')) seen.delayed += 1
      else seen.other += 1
    }
  }
  const startedAt = performance.now()
  let renewedAt = startedAt
  while (performance.now() - startedAt < MEASURED_MS) {
    await new Promise((done) => setTimeout(done, LOOK_MS))
    look(named(node, 'CdrWriter'))
    injections.tick()
    if (performance.now() - renewedAt < RENEW_MS) continue
    renewedAt = performance.now()
    injections.renew(['edge-delay', 'edge-drop'])
  }
  for (const process of node.processes()) look(process)
  injections.endAll('released')
  unwatch()
  if (failures.length > 0) throw new Error(failures[0])
  const directory = String(named(node, 'Directory').pid)
  const cut = letters.filter(({ firing }) => firing !== null)
  const meant = cut.filter(({ to, sender }) => to === directory && dropped.has(sender?.key ?? ''))
  const told = (lease: string): FaultStatus => {
    const status = last.get(lease)
    if (status?.state !== 'ended') throw new Error(`${lease} did not end`)
    return status
  }
  return {
    edge_processes: node.processCount,
    edge_delay_touched: told('edge-delay').touched,
    edge_delay_seen: seen.delayed,
    edge_drop_touched: told('edge-drop').dropped,
    edge_drop_seen: meant.length,
    edge_other_touched: seen.other + cut.length - meant.length,
  }
}

const NARROW = { depth: 1, breadth: 4, text: 32, nodes: 8 }

function begin(
  injections: Injections,
  fault: FaultName,
  leaseId: string,
  target: Process,
  senders: ReadonlySet<string>,
  parameters: Injection['parameters'],
): void {
  const injection: Injection = {
    fault,
    targets: [{ key: target.key, pid: String(target.pid) }],
    senders: [...senders],
    port: null,
    follow: 'dynamic',
    parameters,
    when: { kind: 'always' },
    seed: 1,
    durationMs: null,
    maxFirings: 1_000_000,
  }
  const steps = injections.begin({ leaseId, experiment: leaseId, injection })
  for (let step = steps.next(); ; step = steps.next()) {
    if (!step.done) continue
    if (!step.value.ok) throw new Error(`${fault} was refused: ${step.value.code}`)
    const [record] = step.value.value.targets
    if (record?.state !== 'injected') throw new Error(`${fault} was refused: ${record?.code}`)
    return
  }
}

function named(node: Node, name: string): Process {
  const process = node.process(name)
  if (process === null) throw new Error(`nobody is ${name}`)
  return process
}

async function until(isSo: () => boolean, withinMs: number, otherwise: string): Promise<void> {
  const end = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() > end) throw new Error(otherwise)
    await new Promise((done) => setTimeout(done, 50))
  }
}
