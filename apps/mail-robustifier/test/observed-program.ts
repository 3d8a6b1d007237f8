/** The robustifier as a program that a hub observes, and may lay faults upon. It keeps whatever arrives, so that it can be counted. */
import { observe } from '@orrery/agent'
import { startRobustifier } from '../src/robustifier.ts'

const node = await startRobustifier(
  {
    smtpPort: Number(process.env.MAIL_SMTP_PORT),
    dataDir: process.env.MAIL_DATA ?? '',
    mailsPerS: 0,
    hasOutages: false,
    seed: Number(process.env.ORRERY_SEED ?? 1),
  },
  {
    parseRetryMs: 200,
    deliveryRetryMs: 200,
    checkMs: 300,
    mostDelivered: Number.MAX_SAFE_INTEGER,
    mostQuarantined: Number.MAX_SAFE_INTEGER,
  },
)
await observe(node, { logger: { info: () => undefined, warn: (line) => console.error(line) } })
// Its parent is gone: nobody is left to end it.
process.on('disconnect', () => process.exit(0))
