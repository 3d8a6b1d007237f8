/** Opens the spool, and goes on trying where it cannot be had yet: the folder is another process's, or not writable. */
import type { Guard } from './guard.ts'
import { describe } from './guard.ts'
import type { OnceLogger } from './logger.ts'
import type { Settings } from './settings.ts'
import { openSpool, type Spool } from './spool/spool.ts'

export interface SpoolKeeper {
  open(): void
  close(): Promise<void>
}

const RETRY_MS = 1_000

export function createSpoolKeeper(options: {
  settings: Settings
  log: OnceLogger
  guard: Guard
  onAccepted: (id: string) => void
  opened: (spool: Spool) => void
}): SpoolKeeper {
  const { settings, log, guard } = options
  let spool: Spool | null = null
  let timer: NodeJS.Timeout | null = null
  let isClosed = false

  const retry = (line: string): void => {
    log.warn('spool', line)
    timer = setTimeout(() => guard.timed('spool', open), RETRY_MS)
    timer.unref()
  }

  const open = (): void => {
    if (isClosed || spool) return
    try {
      const opened = openSpool({
        dir: settings.spoolDir,
        limitBytes: settings.spoolBytes,
        onAccepted: options.onAccepted,
        onFault: (what, error) => log.warn('spool fault', `${what}: ${describe(error)}`),
      })
      if (!opened.ok) {
        return retry(
          `crash reports are not spooled: ${settings.spoolDir} is held by ${opened.holder}. End it, or give this node another ORRERY_SPOOL_DIR`,
        )
      }
      spool = opened.spool
      const { recovered } = spool.stats
      if (recovered > 0)
        log.info('spool', `${recovered} crash reports of an earlier life are waiting to be sent`)
      options.opened(spool)
    } catch (error) {
      retry(
        `crash reports are not spooled: ${settings.spoolDir} cannot be written (${describe(error)}). Make it writable, or set ORRERY_SPOOL_DIR`,
      )
    }
  }

  return {
    open,
    async close() {
      isClosed = true
      if (timer) clearTimeout(timer)
      await spool?.close()
    },
  }
}
