/**
 * Three back-ends that know nothing of each other. Within one, one_for_all: store, mailboxes and server number mail
 * together, so that when one has forgotten they all begin anew, as a machine does.
 */
import { join } from 'node:path'
import { child, Supervisor } from '@orrery/runtime'
import { BACKENDS, backendName, mailboxName, storeName, USERS } from '../messages.ts'
import { BackendSmtp } from './backend-smtp.ts'
import { MailStore } from './mail-store.ts'
import { Mailbox } from './mailbox.ts'
import { Outages } from './outages.ts'

interface BackendsArgs {
  folder: string
  /** Of each back-end's mail the newest are kept. */
  mostKept: number
  hasOutages: boolean
}

export const BackendsSup = Supervisor.define<{ args: BackendsArgs }>({
  module: 'BackendsSup',
  strategy: 'one_for_one',
  intensity: 5,
  periodMs: 30_000,
  children: ({ folder, mostKept, hasOutages }) => [
    ...BACKENDS.map((backend) =>
      child(BackendSup, {
        id: backend.toLowerCase(),
        name: `${backend}Sup`,
        args: { backend, folder, mostKept },
      }),
    ),
    ...(hasOutages ? [child(Outages, { id: 'outages', name: 'Outages' })] : []),
  ],
})

const BackendSup = Supervisor.define<{ args: { backend: string; folder: string; mostKept: number } }>({
  module: 'BackendSup',
  strategy: 'one_for_all',
  intensity: 5,
  periodMs: 30_000,
  children: ({ backend, folder, mostKept }) => [
    child(MailStore, {
      id: 'store',
      name: storeName(backend),
      args: { folder: join(folder, backend.toLowerCase()), mostKept },
    }),
    child(MailboxSup, { id: 'mailboxes', name: `${backend}Mailboxes`, args: { backend } }),
    child(BackendSmtp, { id: 'smtp', name: backendName(backend), args: { backend } }),
  ],
})

const MailboxSup = Supervisor.define<{ args: { backend: string } }>({
  module: 'MailboxSup',
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: ({ backend }) =>
    USERS.map((owner) => child(Mailbox, { id: owner, name: mailboxName(backend, owner), args: { owner } })),
})
