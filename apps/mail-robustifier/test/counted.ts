/** The robustifier to be counted: nobody writes to it but its parent, and it keeps whatever arrives. Set by the environment. */
import type { Node } from '@orrery/runtime'
import { startRobustifier } from '../src/robustifier.ts'

export function startCounted(): Promise<Node> {
  return startRobustifier(
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
}
