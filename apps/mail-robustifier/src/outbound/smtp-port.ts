/** The way out to one back-end: every connection to it goes through its port, so that it can be counted, slowed and cut by name. */
import { Port, type PortName } from '@orrery/runtime'

interface Route {
  readonly backend: string
}

export const SmtpPort = Port.define<{ args: Route; resource: Route }>({
  module: 'SmtpPort',
  open: (route) => route,
  formatStatus: ({ backend }) => ({ backend }),
})

export function smtpPort(backend: string): PortName<Route> {
  return Port.nameOf(SmtpPort, `smtp:${backend.toLowerCase()}`)
}
