/** `/metrics` for Prometheus: Orrery itself, and the headline figures of every node. Nothing a process, so it stays small. */

import type { NodeRow } from '@orrery/live/views'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { HttpDeps } from './deps.ts'

export function createMetrics({ live, store, version }: HttpDeps): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  new Gauge({
    name: 'orrery_build_info',
    help: 'Version of this hub.',
    labelNames: ['version', 'store'],
    registers: [registry],
  }).set({ version, store: store.kind }, 1)
  gauge('orrery_store_ready', 'Whether the database answered last time.', () => (store.ready() ? 1 : 0))
  const counters = () => live.counters()
  gauge('orrery_agents_connected', 'Agents connected.', () => counters().agentsConnected)
  gauge('orrery_browsers_connected', 'Browsers connected.', () => counters().browsersConnected)
  gauge('orrery_browsers_behind', 'Browsers that have not read the last.', () => counters().browsersBehind)
  gauge(
    'orrery_crash_reports_pending',
    'Reports taken and not yet committed.',
    () => counters().crashesPending,
  )
  totals(registry, live)
  nodeGauges(registry, live)
  return registry
}

const TOTALS = {
  frames: ['orrery_frames_total', 'Frames taken from agents.'],
  records: ['orrery_records_total', 'Records in them.'],
  bytes: ['orrery_ingest_bytes_total', 'Their bytes.'],
  crashesStored: ['orrery_crash_reports_stored_total', 'Crash reports committed.'],
  crashesRefused: ['orrery_crash_reports_refused_total', 'Crash reports no database takes.'],
  amendmentsLost: ['orrery_crash_amendments_lost_total', 'Decisions and outcomes given up.'],
  storeFailures: ['orrery_store_failures_total', 'Writes the database did not take.'],
  databaseRestarts: [
    'orrery_database_restarts_total',
    'Times the embedded database died and was started again.',
  ],
  recordsSkipped: ['orrery_records_skipped_total', 'Records of a type this hub does not know.'],
  gaps: ['orrery_frame_gaps_total', 'Holes in the sequence of frames.'],
  browsersCut: ['orrery_browsers_cut_total', 'Browsers closed because they asked and did not listen.'],
  viewMessages: ['orrery_view_messages_total', 'Messages to browsers.'],
  viewsSkipped: [
    'orrery_views_skipped_total',
    'Messages not sent because the browser had not read the last.',
  ],
  commands: ['orrery_commands_total', 'Commands asked for.'],
} as const

function totals(registry: Registry, live: HttpDeps['live']): void {
  for (const [key, [name, help]] of Object.entries(TOTALS)) {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(live.counters()[key as keyof typeof TOTALS])
      },
    })
  }
  for (const [key, name, help] of [
    ['frameErrors', 'orrery_frame_errors_total', 'Frames and records not taken, by code.'],
    ['refusals', 'orrery_agent_refusals_total', 'Agents turned away at the door, by code.'],
  ] as const) {
    new Counter({
      name,
      help,
      labelNames: ['code'],
      registers: [registry],
      collect() {
        this.reset()
        for (const [code, n] of Object.entries(live.counters()[key])) this.inc({ code }, n)
      },
    })
  }
}

const NODE_GAUGES: [name: string, help: string, read: (row: NodeRow) => number][] = [
  ['orrery_node_up', 'Whether the node is heard from.', (row) => (row.status === 'live' ? 1 : 0)],
  ['orrery_node_processes', 'Live processes.', (row) => row.processes],
  ['orrery_node_messages_per_second', 'Messages handled a second.', (row) => row.messagesPerS],
  ['orrery_node_mailbox_messages', 'Messages waiting in all mailboxes.', (row) => row.mailbox],
  ['orrery_node_utilisation_ratio', 'Event loop utilisation, 0 to 1.', (row) => row.utilisation],
  [
    'orrery_node_event_loop_delay_p99_seconds',
    'Event loop delay, 99th percentile.',
    (row) => row.eventLoopDelayP99Ms / 1_000,
  ],
  ['orrery_node_rss_bytes', 'Resident memory.', (row) => row.rssBytes],
  ['orrery_node_heap_used_bytes', 'Heap in use.', (row) => row.heapUsedBytes],
  ['orrery_node_heap_limit_bytes', 'Heap limit.', (row) => row.heapLimitBytes],
  ['orrery_node_crashes_5m', 'Crashes in the last five minutes.', (row) => row.crashes5m],
  ['orrery_node_restarts_5m', 'Restarts in the last five minutes.', (row) => row.restarts5m],
  ['orrery_node_faults', 'Faults under way.', (row) => row.faults],
  ['orrery_node_agent_spool_bytes', 'Reports waiting on the node’s disk.', (row) => row.agent.spoolBytes],
  ['orrery_node_agent_drops', 'What the agent gave up since the node started.', (row) => row.agent.drops],
]

function nodeGauges(registry: Registry, live: HttpDeps['live']): void {
  for (const [name, help, read] of NODE_GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: ['node', 'runtime'],
      registers: [registry],
      collect() {
        // A node that is forgotten must not live on here.
        this.reset()
        for (const row of Object.values(live.nodes())) {
          this.set({ node: row.node, runtime: row.runtimeKind }, read(row))
        }
      },
    })
  }
}
