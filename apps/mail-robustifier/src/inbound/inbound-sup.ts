/**
 * rest_for_one: sessions live on the front-end's sockets. When the front-end goes they go with it; when their
 * supervisor goes the front-end stays open.
 */
import { child, Supervisor } from '@orrery/runtime'
import { FRONT_END, SESSIONS } from '../messages.ts'
import { SmtpFrontEnd } from './smtp-front-end.ts'
import { SmtpSession } from './smtp-session.ts'

interface InboundArgs {
  spool: string
  port: number
}

export const InboundSup = Supervisor.define<{ args: InboundArgs }>({
  module: 'InboundSup',
  strategy: 'rest_for_one',
  intensity: 5,
  periodMs: 10_000,
  children: ({ spool, port }) => [
    child(SmtpFrontEnd, { id: 'front-end', name: FRONT_END, args: { port } }),
    child(SessionSup, { id: 'sessions', name: SESSIONS, args: { spool } }),
  ],
})

/** A connection is not started again: its client comes back by itself. */
const SessionSup = Supervisor.define<{ args: { spool: string }; childArgs: { peer: string } }>({
  module: 'SessionSup',
  strategy: 'simple_one_for_one',
  intensity: 20,
  periodMs: 10_000,
  child: ({ peer }, _ctx, { spool }) =>
    child(SmtpSession, { id: 'session', args: { spool, peer }, restart: 'temporary', shutdown: 1_000 }),
})
