/**
 * The hub: one object that agents and browsers connect to, over any HTTP server. It puts the parts together and takes
 * them apart in order; what each does stands in its own folder.
 */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { createWorld } from '@orrery/live/world'
import { LIMITS } from '@orrery/protocol'
import { EDITION, type Edition } from '@orrery/protocol/codec'
import { Server, type Socket } from 'socket.io'
import { type Clock, systemClock } from './clock.ts'
import { createAgentCalls } from './commands/agent-calls.ts'
import { createAuditTrail } from './commands/audit-trail.ts'
import { createCommands } from './commands/execute.ts'
import { createGroups } from './commands/groups.ts'
import { createLatch } from './commands/halt.ts'
import { addressOf, type HubConfig } from './config.ts'
import { createCounters } from './counters.ts'
import { createAudited } from './faults/audited.ts'
import { type Conductor, createConductor } from './faults/conductor.ts'
import { createJudge } from './faults/judge.ts'
import { createRoutines } from './faults/routines.ts'
import { createScenarios } from './faults/scenarios.ts'
import { createSubtreeWatch } from './faults/subtree-watch.ts'
import { createHttp } from './http/app.ts'
import { actorOf, isAgentToken, isAllowedRequest } from './http/guard.ts'
import { type Agents, createAgents } from './ingest/agents.ts'
import { createContacts } from './ingest/contacts.ts'
import { createCrashInbox } from './ingest/crash-inbox.ts'
import { createIncarnations } from './ingest/incarnations.ts'
import { createNodeEnds } from './ingest/node-ends.ts'
import { createOpenFrames } from './ingest/open-frames.ts'
import { createStormLedger } from './ingest/storm-ledger.ts'
import { createLiveAccess, type IngestCounters } from './live-access.ts'
import { consoleLogger, describe, type Logger } from './logger.ts'
import { createMoves } from './moves.ts'
import { createSeriesRecorder } from './series/recorder.ts'
import { openStore } from './store/open-store.ts'
import type { Store } from './store/store.ts'
import { VERSION } from './version.ts'
import { createBrowsers } from './views/browsers.ts'
import { recipeOf } from './views/recipes.ts'

export interface HubOptions {
  config: HubConfig
  logger?: Logger
  clock?: Clock
  /** A store opened elsewhere; the hub closes it with itself. */
  store?: Store
  /** @internal Versions to speak in place of this build's: for trying neighbours together. */
  edition?: Edition
}

export interface Hub extends AsyncDisposable {
  /** Mounts socket.io at `/socket.io/` for agents and browsers. */
  attach(server: HttpServer): void
  /** Answers what is the hub's own (`/api/…`, health, metrics); `false` leaves the request to somebody else. */
  handle(req: IncomingMessage, res: ServerResponse): boolean
  counters(): Readonly<IngestCounters>
  /**
   * Says goodbye to agents and browsers and ends their connections; the server takes no new ones, and what is being
   * answered has a few seconds. `close` does it first; call it alone to end something else before the database. Idempotent.
   */
  disconnect(): Promise<void>
  /**
   * Ends connections, writes what is under way for a few seconds, closes the database. Agents keep what was not
   * acked and come again. Idempotent.
   */
  close(): Promise<void>
}

const TICK_MS = 1_000
const PRUNE_FIRST_MS = 60_000
const PRUNE_MS = 600_000
const PING_MS = 2_000
const CLOSE_MS = 5_000
/** Once agents that were there before are back, so that who is missing is known. */
const CATCH_UP_MS = 30_000
const FAULTS_CLOSE_MS = 3_000

/**
 * Opens the database and makes a hub of it.
 *
 * @throws StoreError when the database cannot be used
 */
export async function createHub(options: HubOptions): Promise<Hub> {
  const { config } = options
  const clock = options.clock ?? systemClock
  const logger = options.logger ?? consoleLogger
  const counters = createCounters()
  const moves = createMoves()
  const world = createWorld({ nowMs: clock.nowMs() })
  const startedAtMs = clock.nowMs()
  const storeTurned = (isReady: boolean): void => {
    const text = isReady
      ? 'the database answers'
      : 'the database does not answer; reports wait with the agents'
    logger[isReady ? 'info' : 'warn']('database', text)
    world.door({ atMs: clock.nowMs(), kind: 'store', text, cure: null })
    moves.touch('cluster', 'structure')
  }
  const storeDied = (error: Error): void => {
    counters.databaseRestarts++
    logger.warn('database', `${describe(error)}; it is started again`)
  }
  const store = options.store ?? (await openStore({ ...config, onReady: storeTurned, onDied: storeDied }))
  const latch = await createLatch(store, (error) => {
    counters.storeFailures++
    logger.warn('database', `the latch of halt all could not be written: ${describe(error)}`)
  })

  const recorder = createSeriesRecorder({ store, clock, logger, counters })
  const room = (nodes: string[]): void => {
    for (const node of nodes) agents.resync(node)
  }
  const storms = createStormLedger({
    store,
    clock,
    counters,
    saved: () => moves.touch('crashes', 'numbers'),
    room,
  })
  const frames = createOpenFrames()
  const inbox = createCrashInbox({
    store,
    frames,
    clock,
    logger,
    counters,
    stored(node, ids) {
      agents.ack(node, ids)
      for (const id of ids) {
        world.crashStored(id)
        moves.touch(`crash:${id}`, 'structure')
      }
      moves.touch('crashes', 'structure')
      moves.touch(`node:${node}`, 'numbers')
    },
    room,
  })
  const incarnations = await createIncarnations({
    store,
    clock,
    failed(error) {
      counters.storeFailures++
      logger.warn('database', `the lives of the nodes could not be written: ${describe(error)}`)
    },
  })
  const contacts = createContacts()
  const ends = await createNodeEnds({
    store,
    clock,
    report(report) {
      const isTaken = inbox.take(report.identity.node, report)
      incarnations.reported(report)
      moves.touch('crashes', 'structure')
      moves.touch(`crash:${report.id}`, 'structure')
      return isTaken
    },
    ended({ id, at, identity, cause }) {
      world.nodeDown(identity.node, { atMs: Date.parse(at), text: cause.reason.text, crashId: id })
      moves.touch(`node:${identity.node}`, 'structure')
      moves.touch('cluster', 'structure')
      logger.warn(`node:${identity.node}`, `${identity.node} went down: ${cause.reason.text}`)
    },
    settled: (node, ids) => agents.ack(node, ids),
    isPaused: (node) => faults.isPaused(node),
    failed(error) {
      counters.storeFailures++
      logger.warn('database', `which nodes are up could not be written: ${describe(error)}`)
    },
  })
  const calls = createAgentCalls({ clock, send: (node, command) => agents.send(node, command) })
  const agents: Agents = createAgents({
    world,
    moves,
    clock,
    logger,
    counters,
    inbox,
    frames,
    storms,
    ends,
    incarnations,
    contacts,
    hubVersion: VERSION,
    edition: options.edition ?? EDITION,
    gate: {
      needsToken: config.agentToken !== null,
      isToken: (token) => isAgentToken(config, token),
      isAllowed: (socket) => socket.conn.transport.name === 'websocket',
    },
    crashed: (node) => recorder.crashed(node),
    result: (node, result) => calls.answered(node, result),
    leaseEnded: (node, ended) => commands.leaseEnded(node, ended),
    connected(node, isNewLife) {
      commands.connected(node, isNewLife)
      faults.connected(node)
    },
    disconnected(node) {
      commands.disconnected(node)
      faults.disconnected(node)
    },
    fault: (node, status) => faults.status(node, status),
    reported: (report) => faults.crashed(report),
    amended: (crashId, outcome) => faults.amended(crashId, outcome),
  })
  const trail = createAuditTrail({ store, clock, logger, counters })
  const audited = createAudited({ trail, clock })
  const scenarios = createScenarios({ lab: store.lab, audited })
  const faults: Conductor = await createConductor({
    world,
    store: store.experiments,
    trail,
    agents,
    calls,
    latch,
    moves,
    clock,
    logger,
    counters,
    scenario: scenarios.bodyOf,
  })
  const commands = createCommands({
    ...{ world, trail, agents, calls, latch, moves, clock, counters },
    experiments: faults,
  })
  const routines = await createRoutines({
    ...{ lab: store.lab, faults, audited, clock, logger },
    isHalted: () => latch.isHalted,
    moved: () => moves.touch('faults', 'structure'),
  })
  const watch = createSubtreeWatch(world)
  const judge = createJudge({
    ...{ experiments: store.experiments, lab: store.lab, world, watch, clock, logger },
    async judged(record, resilience) {
      await faults.judged(record.id, resilience)
      routines.judged(record, resilience)
    },
  })
  faults.onEnded((record) => {
    routines.ended(record)
    judge.ended(record)
  })
  const groups = createGroups({ store, trail, moves, clock })
  const live = createLiveAccess({ world, calls, recorder, counters, moves, isConnected: agents.isConnected })
  const browsers = createBrowsers({
    clock,
    counters,
    isAllowed: (socket) => actorOf(config, socket.request.headers, clock.nowMs()) !== null,
    recipe: (ask) =>
      recipeOf(ask, {
        world,
        store,
        moves,
        clock,
        recorder,
        hubInfo: () => ({
          version: VERSION,
          address: addressOf(config),
          startedAtMs,
          store: store.kind,
          storeState: store.ready() ? 'ready' : 'down',
        }),
        faults: () => ({ ...commands.leases(), ...faults.view() }),
        inspect: live.inspect,
        connection: (node) => contacts.of(node),
        incarnations: (node) => incarnations.of(node),
        waiting: { get: inbox.waiting, all: inbox.all },
      }),
  })
  const http = createHttp({
    config,
    store,
    live,
    commands,
    groups,
    faults,
    scenarios,
    routines,
    version: VERSION,
    logger,
    nowMs: clock.nowMs,
  })

  const prune = (): void => {
    agents.forget()
    store.prune(clock.nowMs()).catch((error) => logger.warn('database', `pruning failed: ${describe(error)}`))
  }
  const catchUp = (): void => {
    judge.catchUp().catch((error) => logger.warn('database', `experiments stay unjudged: ${describe(error)}`))
  }
  const stops = [
    clock.every(TICK_MS, () => {
      world.tick(clock.nowMs())
      ends.tick()
      watch.tick(faults.running(), clock.nowMs())
      void routines.tick()
      const rows = world.nodeRows()
      recorder.sample(rows)
      for (const node of Object.keys(rows)) moves.touch(`node:${node}`, 'numbers')
      moves.touch('cluster', 'numbers')
    }),
    clock.every(PING_MS, () => {
      if (!store.ready()) void store.ping()
    }),
    clock.after(PRUNE_FIRST_MS, prune),
    clock.after(CATCH_UP_MS, catchUp),
    clock.every(PRUNE_MS, prune),
  ]
  world.door({ atMs: startedAtMs, kind: 'store', text: `${store.kind} database ready`, cure: null })

  let io: Server | null = null
  let leaving: Promise<void> | null = null
  let closing: Promise<void> | null = null
  const leave = async (): Promise<void> => {
    // While agents are there to say what became of their targets.
    await faults.close(FAULTS_CLOSE_MS)
    for (const stop of stops) stop()
    judge.close()
    browsers.close()
    commands.close()
    for (const namespace of ['/agent', '/'])
      io?.of(namespace).emit('goodbye', { reason: 'the hub is stopped' })
    // The last word leaves the process before the transports do.
    await new Promise((done) => setImmediate(done))
    // Transports first: a browser that was told to go would not come again by itself.
    io?.engine.close()
    agents.close()
    if (io) await atMost(CLOSE_MS, io.close())
  }
  const close = async (): Promise<void> => {
    await hub.disconnect()
    await inbox.close(CLOSE_MS)
    await atMost(
      CLOSE_MS,
      Promise.allSettled([storms.close(), recorder.close(), ends.close(), incarnations.close()]),
    )
    await store.close()
  }

  const hub: Hub = {
    attach(server) {
      io = new Server(server, {
        path: '/socket.io/',
        serveClient: false,
        // A frame and what socket.io puts around it.
        maxHttpBufferSize: LIMITS.frameBytes + 16_384,
        pingInterval: 5_000,
        pingTimeout: 10_000,
        perMessageDeflate: false,
        allowRequest: (req, decide) => {
          const isAllowed = isAllowedRequest(config, req.headers)
          decide(isAllowed ? null : 'origin.refused', isAllowed)
        },
      })
      agents.attach(io.of('/agent'))
      browsers.attach(io.of('/'))
      io.engine.on('connection', contain)
      const text = `listening on ${addressOf(config)}`
      world.door({ atMs: clock.nowMs(), kind: 'listening', text, cure: null })
    },
    handle: (req, res) => http.handle(req, res),
    counters: () => counters,
    disconnect: () => {
      leaving ??= leave()
      return leaving
    },
    close: () => {
      closing ??= close()
      return closing
    },
    [Symbol.asyncDispose]: () => hub.close(),
  }
  return hub
}

/** A transport's error ends that connection and is nobody else's. */
function contain(conn: Socket['conn']): void {
  conn.on('error', () => conn.close())
}

function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms)
    void work.finally(() => {
      clearTimeout(timer)
      done()
    })
  })
}
