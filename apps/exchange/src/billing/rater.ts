/** What a call costs: a setup fee and every begun second, in öre. */
import { GenServer, noreply } from '@orrery/runtime'
import { LEDGER_CLIENT, type RaterMessages } from '../messages.ts'

const SETUP_OERE = 69
const OERE_PER_S = 1

export const Rater = GenServer.define<{ state: { rated: number; oere: number } } & RaterMessages>({
  module: 'Rater',
  init: () => ({ rated: 0, oere: 0 }),
  handleCast: {
    rate: ({ cdr }, { rated, oere }, ctx) => {
      if (cdr.talkedMs === 0) return noreply({ rated, oere })
      const price = SETUP_OERE + Math.ceil(cdr.talkedMs / 1_000) * OERE_PER_S
      ctx.cast(LEDGER_CLIENT, { type: 'book', id: cdr.id, oere: price })
      return noreply({ rated: rated + 1, oere: oere + price })
    },
  },
})
