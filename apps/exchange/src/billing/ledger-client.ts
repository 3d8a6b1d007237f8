/** Books what calls cost in the ledger, a file that is outside: through its port, a batch at a time. */
import { type FileHandle, open } from 'node:fs/promises'
import { GenServer, noreply, Port } from '@orrery/runtime'
import type { LedgerMessages } from '../messages.ts'

const MOST_AT_ONCE = 200
const FLUSH_MS = 500
/** The ledger begins anew above this. */
const LARGEST_BYTES = 8_000_000

export const LedgerPort = Port.define<{ args: { file: string }; resource: FileHandle }>({
  module: 'LedgerPort',
  open: ({ file }) => open(file, 'a'),
  close: (file) => file.close(),
})
export const ledger = Port.nameOf(LedgerPort, 'ledger')

interface State {
  lines: readonly string[]
  booked: number
}

export const LedgerClient = GenServer.define<{ state: State; infos: { flush: object } } & LedgerMessages>({
  module: 'LedgerClient',
  init: (_args, ctx) => {
    ctx.sendAfter(FLUSH_MS, ctx.self, { type: 'flush' })
    return { lines: [], booked: 0 }
  },
  handleCast: {
    book: async ({ id, oere }, { lines, booked }, ctx) => {
      const more = [...lines, `${id} ${oere}\n`]
      if (more.length < MOST_AT_ONCE) return noreply({ lines: more, booked })
      await write(more, ctx)
      return noreply({ lines: [], booked: booked + more.length })
    },
  },
  handleInfo: {
    flush: async (_message, { lines, booked }, ctx) => {
      ctx.sendAfter(FLUSH_MS, ctx.self, { type: 'flush' })
      if (lines.length > 0) await write(lines, ctx)
      return noreply({ lines: [], booked: booked + lines.length })
    },
  },
  formatStatus: ({ lines, booked }) => ({ waiting: lines.length, booked }),
})

async function write(lines: readonly string[], ctx: Parameters<typeof Port.use>[0]): Promise<void> {
  await Port.use(
    ctx,
    ledger,
    async (file) => {
      if ((await file.stat()).size > LARGEST_BYTES) await file.truncate(0)
      await file.appendFile(lines.join(''))
    },
    { operation: 'append' },
  )
}
