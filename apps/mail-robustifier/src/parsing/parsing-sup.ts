/** rest_for_one: parsers belong to the triage they announced themselves to. Among each other they are strangers. */
import { child, Supervisor } from '@orrery/runtime'
import { TRIAGE } from '../messages.ts'
import { Parser } from './parser.ts'
import { Triage } from './triage.ts'

interface ParsingArgs {
  spool: string
  parsers: number
  retryMs: number
}

export const ParsingSup = Supervisor.define<{ args: ParsingArgs }>({
  module: 'ParsingSup',
  strategy: 'rest_for_one',
  intensity: 5,
  periodMs: 10_000,
  children: ({ spool, parsers, retryMs }) => [
    child(Triage, { id: 'triage', name: TRIAGE, args: { retryMs } }),
    child(ParserSup, { id: 'parsers', name: 'ParserSup', args: { spool, parsers } }),
  ],
})

/** Parsers are expected to die: the intensity leaves room for a burst of bad mail. */
const ParserSup = Supervisor.define<{ args: { spool: string; parsers: number } }>({
  module: 'ParserSup',
  strategy: 'one_for_one',
  intensity: 20,
  periodMs: 10_000,
  children: ({ spool, parsers }) =>
    Array.from({ length: parsers }, (_, i) => child(Parser, { id: `parser-${i + 1}`, args: { spool } })),
})
