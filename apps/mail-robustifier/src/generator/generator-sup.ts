/** The world outside, for want of one: it is stopped first and started last. */
import { child, Supervisor } from '@orrery/runtime'
import { USERS } from '../messages.ts'
import { Crank } from './crank.ts'
import { Sender } from './sender.ts'

const SENDERS = USERS.slice(0, 6)

/** Without a front-end every sender dies of its next letter: room for all of them, more than once. */
export const GeneratorSup = Supervisor.define<{ args: { mailsPerS: number; crankEveryMs: number } }>({
  module: 'GeneratorSup',
  strategy: 'one_for_one',
  intensity: 60,
  periodMs: 10_000,
  children: ({ mailsPerS, crankEveryMs }) => [
    ...SENDERS.map((name) =>
      child(Sender, {
        id: name,
        name: `Sender@${name}`,
        args: { name, everyMs: (SENDERS.length * 1_000) / mailsPerS },
      }),
    ),
    child(Crank, { id: 'crank', name: 'Crank', args: { everyMs: crankEveryMs } }),
  ],
})
