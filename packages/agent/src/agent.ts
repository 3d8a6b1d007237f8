/**
 * The agent: wires a source to a hub. Everything that the host, a timer or the socket calls is guarded here, so that what
 * throws is counted and stays inside.
 */
import { hostname } from 'node:os'
import type { Drops, Hello, NodeSample, Refusal, Surroundings } from '@orrery/protocol'
import { EDITION } from '@orrery/protocol/codec'
import { createCommands } from './commands.ts'
import { type ConnectionState, createConnection } from './connection.ts'
import { absences, offered } from './consent.ts'
import { createCrashDesk } from './crash-desk.ts'
import { createDeathbed } from './deathbed.ts'
import { createDelivery, type DeliveryStats } from './delivery.ts'
import { armDiagnostics, diagnosticReport, findDiagnostics, forgetDiagnostic } from './diagnostics.ts'
import { createTold } from './faults/told.ts'
import { createGcMeter } from './gc-meter.ts'
import { createGuard } from './guard.ts'
import { hostFacts } from './host-facts.ts'
import { consoleLogger, onceLogger } from './logger.ts'
import { createNodeVitals } from './node-vitals.ts'
import { createOutbox } from './outbox.ts'
import { createRedactor } from './redact.ts'
import { cut } from './render-crash.ts'
import { createSampler } from './sampler.ts'
import { type ObserveOptions, readSettings } from './settings.ts'
import { createSlices } from './slices.ts'
import type { Source } from './source.ts'
import { createSources } from './sources.ts'
import { createSpoolKeeper } from './spool-keeper.ts'
import { createTelling } from './telling.ts'
import { AGENT_VERSION } from './version.ts'
import { createVitals, type Vitals } from './vitals.ts'

export interface AgentStatus extends DeliveryStats {
  connection: ConnectionState
  /** Version that was agreed on with the hub, `null` while there is none. */
  protocol: number | null
  /** Why the hub refused last. */
  refusal: Refusal | null
  /** What was given up since the start, by kind. */
  drops: Drops
  /** Milliseconds of main thread the agent has used. */
  cpuMs: number
  /** Faults of the agent itself, by place. None of them reached the node. */
  faults: Record<string, number>
  leases: number
  isArmed: boolean
}

export interface Agent extends AsyncDisposable {
  readonly status: AgentStatus
  /** Calls `listener` when the connection to the hub changes; the function returned ends that. */
  onConnection(listener: (state: ConnectionState) => void): () => void
  /** Ends every lease, sends what waits, says goodbye. Also `await using`. */
  stop(reason?: string): Promise<void>
  /** @internal For measuring the agent's cost: ends and resumes all of its work, the connection apart. */
  readonly work: { pause(): void; resume(): void }
}

const TICK_MS = 50
/** Reports that are being made when the agent is stopped get so long. */
const SETTLE_MS = 500
/** A connection that takes nothing for this long is begun anew. */
const STUCK_MS = 15_000

/** @throws {AgentSettingsError} */
export function startAgent(source: Source, options: ObserveOptions = {}): Agent {
  const { identity } = source
  const settings = readSettings(identity.node, options)
  const log = onceLogger(options.logger ?? consoleLogger(identity.node))
  const edition = options.edition ?? EDITION
  const guard = createGuard(log)
  const slices = createSlices(guard)
  const redactor = createRedactor(options.redact)
  const vitals = createVitals()
  const gc = createGcMeter()
  const clock = { nowUs: source.nowUs, wallMs: source.wallMs }
  const listeners = new Set<(state: ConnectionState) => void>()
  const run = (where: string, work: () => void): void => {
    guard.timed(where, work)
  }

  // Where the process above the node asks whether a pause still lasts.
  source.faults.runner?.reach({ url: settings.hub, token: settings.token })

  const facts =
    guard.run('facts', () => hostFacts({ redactor, environment: options.environment ?? [] })) ?? null

  let stopping: Promise<void> | null = null
  let isWatched = false
  let unwatch: () => void = () => undefined
  let tickTimer: NodeJS.Timeout | null = null
  let blockedSinceMs: number | null = null

  const hello = (): Hello => ({
    protocol: { ...edition.range },
    node: identity.node,
    incarnation: identity.incarnation,
    runtime: { ...identity.runtime },
    agentVersion: AGENT_VERSION,
    release: identity.release,
    capabilities: offered(source, settings.isArmed),
    absent: absences(source, settings.isArmed),
    token: settings.token,
    startedAt: identity.startedAt.toISOString(),
    pid: process.pid,
    host: hostname().slice(0, 255),
    lives: [...(keeper.lives?.earlier ?? [])],
    facts,
  })

  const connection = createConnection({
    hub: settings.hub,
    versions: edition.range,
    hello,
    guard,
    log,
    handlers: {
      welcomed: (welcome) => {
        outbox.continueAfter(welcome.lastSeq)
        telling.begin()
        told.again()
        commands.tellFaults()
        tell('welcomed')
      },
      lost: () => {
        telling.end()
        tell('waiting')
      },
      ack: (ids, seq) => {
        delivery.acked(ids, seq)
        guard.run('lives', () => keeper.lives?.acked(ids))
        outbox.flushSoon()
      },
      command: (raw) => commands.command(raw),
      renewal: (raw) => commands.renewal(raw),
      clock: () => ({ atUs: clock.nowUs(), wallMs: clock.wallMs() }),
    },
  })

  const outbox = createOutbox({
    wire: {
      get isOpen() {
        return connection.state === 'welcomed'
      },
      get bufferedBytes() {
        return connection.bufferedBytes
      },
      send: (frame) => connection.send(frame),
    },
    clock,
    run,
    lifecycleLost: () => telling.lifecycleLost(),
  })

  const delivery = createDelivery({ outbox })
  const keeper = createSpoolKeeper({
    settings,
    source,
    log,
    guard,
    onAccepted: (id) => void guard.run('listener', () => options.onAccepted?.(id)),
    opened: (spool) => {
      delivery.use(spool)
      guard.run('diagnostics', () => tellDiagnostics())
      // The hello went without them.
      if (connection.state === 'welcomed' && keeper.lives?.earlier.length)
        connection.renew('earlier lives are to be told')
    },
  })

  /** What Node.js itself wrote of the end of an earlier life becomes the report of that end. */
  const tellDiagnostics = (): void => {
    for (const found of findDiagnostics(settings.spoolDir, keeper.lives?.earlier ?? [])) {
      const said = diagnosticReport(found, { identity, sources, redactor })
      if (delivery.accept(said.id, said.json, () => undefined)) forgetDiagnostic(found)
    }
    armDiagnostics(settings.spoolDir)
  }

  const told = createTold({ send: (status, acked) => connection.tell('fault', status, acked) })
  const commands = createCommands({
    source,
    redactor,
    isArmed: settings.isArmed,
    run,
    fault: guard.fault,
    slices: (where, steps) => slices.run(where, steps, 'urgent'),
    tellFault: (status, isLast) => told.tell(status, isLast),
    result: (record) => {
      outbox.put('results', record)
      outbox.flushSoon()
    },
    leaseEnded: (record) => telling.leaseEnded(record),
  })

  const sources = createSources(settings.root, identity.startedAt.getTime())
  const desk = createCrashDesk({
    redactor,
    sources,
    delivery,
    guard,
    nowUs: clock.nowUs,
    touches: (crash) => commands.touches(crash),
    surroundings: () => surroundingsOf(source, vitals.last),
    wake: () => telling.pulse(),
  })

  const telling = createTelling({
    source,
    slices,
    outbox,
    delivery,
    redactor,
    desk: () => desk,
    isWelcome: () => connection.state === 'welcomed',
    run,
  })

  const deathbed = createDeathbed({
    source,
    sources,
    redactor,
    desk,
    delivery,
    guard,
    surroundings: () => surroundingsOf(source, vitals.last),
    lives: () => keeper.lives,
  })

  const nodeSample = (): NodeSample => {
    const counters = source.counters
    const now = vitals.read()
    const { accepted, acked, spoolBytes, spoolRefused } = delivery.stats
    return {
      type: 'node.sample',
      atUs: clock.nowUs(),
      ...counters,
      mailbox: source.mailboxTotal,
      eventLoopDelayP99Ms: now.eventLoopDelayP99Ms,
      utilisation: now.utilisation,
      rssBytes: now.rssBytes,
      heapUsedBytes: now.heapUsedBytes,
      heapLimitBytes: now.heapLimitBytes,
      agent: { cpuMs: Math.round(guard.cpuMs * 10) / 10, spoolBytes, spoolRefused, accepted, acked },
    }
  }

  const nodeVitals = createNodeVitals({
    source,
    gc,
    outbox,
    delivery,
    connection,
    redactor,
    spoolLimitBytes: settings.spoolBytes,
  })

  const sampler = createSampler({
    source,
    slices,
    run,
    isWanted: () => telling.isSettled,
    put: (record) => {
      outbox.put('samples', record)
      if (record.type === 'node.sample' && vitals.last) outbox.put('samples', nodeVitals(vitals.last))
    },
    flush: () => outbox.flush(),
    nodeSample,
    everySecond: () => {
      if (!telling.isSettled) return
      for (const further of edition.further)
        if (further.since <= (connection.protocol ?? 0)) outbox.putFurther(further)
      if (!outbox.isCongested) tellCounts()
    },
  })

  const tellCounts = (): void => desk.tellCounts((counts) => outbox.put('results', counts))

  const tell = (state: ConnectionState): void => {
    for (const listener of listeners) guard.run('listener', () => listener(state))
  }

  const tick = (): void => {
    desk.tick()
    delivery.tick()
    telling.tick()
    watchStuck()
  }

  const watchStuck = (): void => {
    if (!outbox.isBlocked) {
      blockedSinceMs = null
      return
    }
    blockedSinceMs ??= performance.now()
    if (performance.now() - blockedSinceMs > STUCK_MS) {
      blockedSinceMs = null
      connection.renew('the connection took nothing for 15 s')
    }
  }

  const watch = (): void => {
    if (isWatched) return
    isWatched = true
    unwatch = source.watch({
      happened: (isUrgent) => telling.happened(isUrgent),
      dying: (proof) => void guard.run('faults of a crash', () => commands.dying(proof)),
      failed: guard.fault,
      crashing: (stormKey, ref) => guard.timed('crash', () => desk.crashing(stormKey, ref)) ?? false,
      crashed: (crash) => {
        guard.timed('crash', () => desk.crashed(crash))
      },
      decided: (id, read) => {
        guard.run('decision', () => desk.decided(id, read))
      },
      outcome: (id, read, replacement) => {
        guard.run('outcome', () => desk.outcome(id, read, replacement))
      },
    })
    vitals.start()
    // So that a crash in the first second has surroundings, too.
    guard.run('vitals', () => vitals.read())
    gc.start()
    sampler.start()
    tickTimer = setInterval(() => run('tick', tick), TICK_MS).unref()
  }

  const unwatchAll = (): void => {
    isWatched = false
    unwatch()
    sampler.stop()
    vitals.stop()
    gc.stop()
    if (tickTimer) clearInterval(tickTimer)
    tickTimer = null
  }

  const end = async (reason: string): Promise<void> => {
    guard.run('leases', () => commands.stop())
    // What already happened is told; crashes already copied are still made into reports.
    telling.pulse()
    await settleBefore(SETTLE_MS, () => desk.waiting === 0 && !telling.isBusy)
    telling.stop()
    guard.run('watch', unwatchAll)
    guard.run('flush', () => {
      desk.abandon()
      if (connection.state === 'welcomed') tellCounts()
      outbox.flush()
    })
    outbox.stop()
    slices.stop()
    // Before the goodbye: whoever dies between the two ended in order.
    deathbed.stopped()
    await connection.close(reason).catch((error: unknown) => guard.fault('goodbye', error))
    await keeper.close().catch((error: unknown) => guard.fault('spool', error))
    tell('closed')
  }

  const stop = (reason = 'stopped'): Promise<void> => {
    stopping ??= end(reason)
    return stopping
  }

  guard.run('watch', watch)
  guard.run('spool', () => keeper.open())
  guard.run('connect', () => connection.start())

  return {
    get status() {
      return {
        connection: connection.state,
        protocol: connection.protocol,
        refusal: connection.refusal,
        drops: { ...outbox.drops },
        cpuMs: guard.cpuMs,
        faults: Object.fromEntries(guard.faults),
        leases: commands.leases,
        isArmed: settings.isArmed,
        ...delivery.stats,
      }
    },
    onConnection(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop,
    work: { pause: () => unwatchAll(), resume: () => watch() },
    [Symbol.asyncDispose]: () => stop(),
  }
}

function surroundingsOf(source: Source, vitals: Vitals | null): Surroundings | null {
  if (!vitals) return null
  return {
    processes: source.counters.processes,
    eventLoopDelayMs: vitals.eventLoopDelayP99Ms,
    heapUsedBytes: vitals.heapUsedBytes,
    heapTotalBytes: vitals.heapTotalBytes,
    rssBytes: vitals.rssBytes,
    fullestMailboxes: source.fullestMailboxes.map((target) => ({
      pid: target.pid,
      name: target.name === null ? null : cut(target.name),
      length: target.mailbox,
    })),
  }
}

/** Waits in short steps, at most so long. */
async function settleBefore(ms: number, isDone: () => boolean): Promise<void> {
  const until = performance.now() + ms
  while (!isDone() && performance.now() < until) await new Promise((done) => setTimeout(done, 5))
}
