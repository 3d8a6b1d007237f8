/**
 * The agent: wires a source to a hub. Everything that the host, a timer or the socket calls is guarded here, so that what
 * throws is counted and stays inside.
 */
import { hostname } from 'node:os'
import type { Drops, Hello, LeaseEnded, NodeSample, Refusal, Surroundings } from '@orrery/protocol'
import { CAPABILITIES, PROTOCOL } from '@orrery/protocol'
import { createCommands } from './commands.ts'
import { type ConnectionState, createConnection } from './connection.ts'
import { createCrashDesk } from './crash-desk.ts'
import { createDelivery, type DeliveryStats } from './delivery.ts'
import { createGuard } from './guard.ts'
import { consoleLogger, onceLogger } from './logger.ts'
import { createOutbox } from './outbox.ts'
import { createRedactor } from './redact.ts'
import { cut } from './render-crash.ts'
import { createSampler } from './sampler.ts'
import { type ObserveOptions, readSettings } from './settings.ts'
import { createSlices, SLICE_MS } from './slices.ts'
import type { Source } from './source.ts'
import { createSources } from './sources.ts'
import { createSpoolKeeper } from './spool-keeper.ts'
import { AGENT_VERSION } from './version.ts'
import { createVitals } from './vitals.ts'

export interface AgentStatus extends DeliveryStats {
  connection: ConnectionState
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

/** Capabilities that change the node, and so need its consent. */
const CHANGING = new Set<string>(['process.send', 'process.kill', 'process.suspend', 'fault.crash_next'])
const NOT_ARMED = 'start the node with ORRERY_FAULTS=allow'
const TICK_MS = 50
/** At most this often is a whole picture sent because lifecycle was given up. */
const CENSUS_EVERY_MS = 2_000
/** Ends of leases kept while there is no hub. */
const LEASE_ENDS = 1_000
/** A connection that takes nothing for this long is begun anew. */
const STUCK_MS = 15_000

/** @throws {AgentSettingsError} */
export function startAgent(source: Source, options: ObserveOptions = {}): Agent {
  const { identity } = source
  const settings = readSettings(identity.node, options)
  const log = onceLogger(options.logger ?? consoleLogger)
  const guard = createGuard(log)
  const slices = createSlices(guard)
  const redactor = createRedactor(options.redact)
  const vitals = createVitals()
  const clock = { nowUs: source.nowUs, wallMs: source.wallMs }
  const listeners = new Set<(state: ConnectionState) => void>()
  const run = (where: string, work: () => void): void => {
    guard.timed(where, work)
  }

  let isStopped = false
  let isWatched = false
  let unwatch: () => void = () => undefined
  let tickTimer: NodeJS.Timeout | null = null
  /** The hub has the whole picture, so that increments mean something. */
  let isSettled = false
  let wantsCensus = false
  let isTakingCensus = false
  let censusAtMs = Number.NEGATIVE_INFINITY
  let isPulsing = false
  let drainTimer: NodeJS.Timeout | null = null
  let blockedSinceMs: number | null = null
  const leaseEnds: LeaseEnded[] = []

  const hello = (): Hello => ({
    protocol: { min: PROTOCOL.min, max: PROTOCOL.max },
    node: identity.node,
    incarnation: identity.incarnation,
    runtime: { ...identity.runtime },
    agentVersion: AGENT_VERSION,
    release: identity.release,
    capabilities: source.capabilities.filter((word) => settings.isArmed || !CHANGING.has(word)),
    absent: absences(source, settings.isArmed),
    token: settings.token,
    startedAt: identity.startedAt.toISOString(),
    pid: process.pid,
    host: hostname().slice(0, 255),
  })

  const connection = createConnection({
    hub: settings.hub,
    hello,
    guard,
    log,
    handlers: {
      welcomed: (welcome) => {
        outbox.continueAfter(welcome.lastSeq)
        takeCensus()
        tell('welcomed')
      },
      lost: () => {
        isSettled = false
        source.end()
        outbox.abandon()
        delivery.disconnected()
        tell('waiting')
      },
      ack: (ids, seq) => {
        delivery.acked(ids, seq)
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
    lifecycleLost: () => {
      wantsCensus = true
    },
  })

  const delivery = createDelivery({ outbox })
  const keeper = createSpoolKeeper({ settings, log, guard, opened: (spool) => delivery.use(spool) })

  const commands = createCommands({
    source,
    redactor,
    isArmed: settings.isArmed,
    run,
    fault: guard.fault,
    result: (record) => {
      outbox.put('results', record)
      outbox.flushSoon()
    },
    leaseEnded: (record) => {
      // Told once, and so kept for when there is somebody to tell.
      if (leaseEnds.length < LEASE_ENDS) leaseEnds.push(record)
      else outbox.drop('results', 1)
      tellLeaseEnds()
    },
  })

  function tellLeaseEnds(): void {
    if (!isSettled) return
    for (const record of leaseEnds.splice(0)) outbox.put('results', record)
    outbox.flushSoon()
  }

  const desk = createCrashDesk({
    redactor,
    sources: createSources(settings.root, identity.startedAt.getTime()),
    delivery,
    guard,
    nowUs: clock.nowUs,
    touches: (crash) => commands.touches(crash),
    surroundings: () => surroundingsOf(source, vitals.last),
    wake: () => pulse(),
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

  const sampler = createSampler({
    source,
    slices,
    run,
    isWanted: () => isSettled,
    put: (record) => {
      outbox.put('samples', record)
    },
    flush: () => outbox.flush(),
    nodeSample,
    everySecond: () => {
      if (!isSettled) return
      const counts = desk.stormCounts()
      if (counts) outbox.put('samples', counts)
    },
  })

  const tell = (state: ConnectionState): void => {
    for (const listener of listeners) guard.run('listener', () => listener(state))
  }

  /** Everything the hub must know of the present, before anything else. */
  function takeCensus(): void {
    isSettled = false
    wantsCensus = false
    censusAtMs = performance.now()
    source.begin()
    delivery.disconnected()
    desk.forgetCounts()
    if (isTakingCensus) return
    isTakingCensus = true
    slices.run('snapshot', census(), 'urgent').then(
      () => {
        isTakingCensus = false
        source.censusDone()
        // Lost meanwhile, or begun again: the next welcome brings the next picture.
        if (!isSettled && connection.state === 'welcomed' && !isStopped) run('snapshot', takeCensus)
      },
      () => undefined,
    )
  }

  function* census(): Generator<void> {
    const startedAtMs = censusAtMs
    const isCurrent = (): boolean => connection.state === 'welcomed' && censusAtMs === startedAtMs
    outbox.put('lifecycle', { type: 'snapshot.begin', atUs: clock.nowUs() })
    const people = source.census(redactor)
    for (let step = people.next(); !step.done; step = people.next()) {
      if (!isCurrent()) return
      while (outbox.isBlocked && isCurrent()) yield
      outbox.put('lifecycle', step.value)
      yield
    }
    if (!isCurrent()) return
    outbox.put('lifecycle', { type: 'snapshot.end', atUs: clock.nowUs() })
    outbox.flush()
    isSettled = true
    source.censusDone()
    tellLeaseEnds()
    delivery.connected()
    pulse()
  }

  /** Soon: what happened goes out, crashes become reports, and the frame goes. */
  function pulse(): void {
    if (isPulsing || isStopped) return
    isPulsing = true
    slices.run('pulse', beat(), 'urgent').then(
      () => {
        isPulsing = false
        if (desk.hasWork) pulse()
      },
      () => undefined,
    )
  }

  function* beat(): Generator<void> {
    yield* drain()
    outbox.flush()
    const work = desk.work()
    while (work.next().done !== true) {
      delivery.pump()
      yield
    }
    delivery.pump()
    outbox.flush()
  }

  function* drain(): Generator<void> {
    if (!isSettled) return
    const lost = source.takeLost()
    if (lost > 0) {
      outbox.drop('lifecycle', lost)
      wantsCensus = true
    }
    for (;;) {
      const until = performance.now() + SLICE_MS
      const hasMore = source.drain(
        (record) => outbox.put('lifecycle', record),
        redactor,
        () => performance.now() > until,
      )
      if (!hasMore || !isSettled) return
      yield
    }
  }

  const tick = (): void => {
    desk.tick()
    if (isSettled) {
      delivery.pump()
      if (wantsCensus && !outbox.isCongested && performance.now() - censusAtMs > CENSUS_EVERY_MS) takeCensus()
    }
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
      happened(isUrgent) {
        if (!isSettled) return
        if (isUrgent) pulse()
        else {
          drainTimer ??= setTimeout(() => {
            drainTimer = null
            pulse()
          }, 20).unref()
        }
      },
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
    sampler.start()
    tickTimer = setInterval(() => run('tick', tick), TICK_MS).unref()
  }

  const unwatchAll = (): void => {
    isWatched = false
    unwatch()
    sampler.stop()
    vitals.stop()
    if (tickTimer) clearInterval(tickTimer)
    tickTimer = null
  }

  const stop = async (reason = 'stopped'): Promise<void> => {
    if (isStopped) return
    guard.run('leases', () => commands.stop())
    // What already happened is told; crashes already copied are still made into reports.
    pulse()
    await settleBefore(500, () => desk.waiting === 0 && !isPulsing)
    isStopped = true
    guard.run('watch', unwatchAll)
    if (drainTimer) clearTimeout(drainTimer)
    guard.run('flush', () => outbox.flush())
    outbox.stop()
    slices.stop()
    await connection.close(reason).catch((error: unknown) => guard.fault('goodbye', error))
    await keeper.close().catch((error: unknown) => guard.fault('spool', error))
    tell('closed')
  }

  guard.run('watch', watch)
  guard.run('spool', () => keeper.open())
  guard.run('connect', () => connection.start())

  return {
    get status() {
      return {
        connection: connection.state,
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

function absences(source: Source, isArmed: boolean): Record<string, string> {
  const absent: Record<string, string> = { ...source.absent }
  if (isArmed) return absent
  for (const word of CAPABILITIES) {
    if (CHANGING.has(word) && source.capabilities.includes(word)) absent[word] = NOT_ARMED
  }
  return absent
}

function surroundingsOf(
  source: Source,
  vitals: {
    eventLoopDelayP99Ms: number
    heapUsedBytes: number
    heapTotalBytes: number
    rssBytes: number
  } | null,
): Surroundings | null {
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
