import { child, Supervisor } from '@orrery/runtime'
import { CDR_WRITER, LEDGER_CLIENT, RATER } from '../messages.ts'
import { CdrWriter } from './cdr-writer.ts'
import { LedgerClient } from './ledger-client.ts'
import { Rater } from './rater.ts'

export const BillingSup = Supervisor.define({
  module: 'BillingSup',
  strategy: 'one_for_one',
  intensity: 3,
  periodMs: 10_000,
  children: () => [
    child(CdrWriter, { id: 'cdrWriter', name: CDR_WRITER }),
    child(Rater, { id: 'rater', name: RATER }),
    child(LedgerClient, { id: 'ledgerClient', name: LEDGER_CLIENT }),
  ],
})
