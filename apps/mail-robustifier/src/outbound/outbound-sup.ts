/**
 * rest_for_one: everybody goes out through the ports, health checks report to the directory, the queue asks it, and workers belong to the queue they
 * announced themselves to. Each depends on those before it and on nothing after.
 */
import { child, Supervisor } from '@orrery/runtime'
import { BACKENDS, DIRECTORY, QUEUE } from '../messages.ts'
import { Delivery } from './delivery.ts'
import { DeliveryQueue } from './delivery-queue.ts'
import { Directory } from './directory.ts'
import { HealthCheck } from './health-check.ts'
import { SmtpPort, smtpPort } from './smtp-port.ts'

interface OutboundArgs {
  spool: string
  workers: number
  retryMs: number
  checkMs: number
}

export const OutboundSup = Supervisor.define<{ args: OutboundArgs }>({
  module: 'OutboundSup',
  strategy: 'rest_for_one',
  intensity: 5,
  periodMs: 10_000,
  children: ({ spool, workers, retryMs, checkMs }) => [
    child(PortsSup, { id: 'ports', name: 'PortsSup' }),
    child(Directory, { id: 'directory', name: DIRECTORY }),
    child(HealthSup, { id: 'health', name: 'HealthSup', args: { checkMs } }),
    child(DeliveryQueue, { id: 'queue', name: QUEUE, args: { retryMs } }),
    child(DeliverySup, { id: 'deliveries', name: 'DeliverySup', args: { spool, workers } }),
  ],
})

const PortsSup = Supervisor.define({
  module: 'PortsSup',
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: () =>
    BACKENDS.map((backend) =>
      child(SmtpPort, { id: backend.toLowerCase(), name: smtpPort(backend), args: { backend } }),
    ),
})

const HealthSup = Supervisor.define<{ args: { checkMs: number } }>({
  module: 'HealthSup',
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: ({ checkMs }) =>
    BACKENDS.map((backend) =>
      child(HealthCheck, {
        id: backend.toLowerCase(),
        name: `HealthCheck@${backend.toLowerCase()}`,
        args: { backend, everyMs: checkMs },
      }),
    ),
})

/** When a back-end goes, every worker that is talking to it dies at once: room for all of them. */
const DeliverySup = Supervisor.define<{ args: { spool: string; workers: number } }>({
  module: 'DeliverySup',
  strategy: 'one_for_one',
  intensity: 40,
  periodMs: 10_000,
  children: ({ spool, workers }) =>
    Array.from({ length: workers }, (_, i) => child(Delivery, { id: `delivery-${i + 1}`, args: { spool } })),
})
