/** Takes a record of every call and passes it on in order. */
import { GenServer, noreply } from '@orrery/runtime'
import { type CdrWriterMessages, RATER } from '../messages.ts'

interface State {
  written: number
  byCause: Record<string, number>
}

export const CdrWriter = GenServer.define<{ state: State } & CdrWriterMessages>({
  module: 'CdrWriter',
  init: () => ({ written: 0, byCause: {} }),
  handleCast: {
    record: ({ cdr }, { written, byCause }, ctx) => {
      ctx.cast(RATER, { type: 'rate', cdr })
      return noreply({
        written: written + 1,
        byCause: { ...byCause, [cdr.cause]: (byCause[cdr.cause] ?? 0) + 1 },
      })
    },
  },
})
