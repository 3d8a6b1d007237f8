/**
 * Opens the spool and the node's marks beside it, and goes on trying where they cannot be had yet: the folder is another
 * process's, or not writable.
 */
import { readRunnerKill } from './faults/runner.ts'
import type { Guard } from './guard.ts'
import { describe } from './guard.ts'
import { type Lives, openLives } from './lives.ts'
import type { OnceLogger } from './logger.ts'
import type { Settings } from './settings.ts'
import type { Source } from './source.ts'
import { openSpool, type Spool } from './spool/spool.ts'

export interface SpoolKeeper {
  open(): void
  /** `null` until the folder is held. */
  readonly lives: Lives | null
  close(): Promise<void>
}

const RETRY_MS = 1_000
const TOUCH_MS = 5_000

export function createSpoolKeeper(options: {
  settings: Settings
  source: Source
  log: OnceLogger
  guard: Guard
  onAccepted: (id: string) => void
  opened: (spool: Spool) => void
}): SpoolKeeper {
  const { settings, source, log, guard } = options
  let spool: Spool | null = null
  let lives: Lives | null = null
  let timer: NodeJS.Timeout | null = null
  let touchTimer: NodeJS.Timeout | null = null
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
      guard.run('lives', mark)
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

  const mark = (): void => {
    const { incarnation, startedAt } = source.identity
    const marked = openLives({
      dir: settings.spoolDir,
      incarnation,
      startedAt,
      wallMs: source.wallMs,
      killed: readRunnerKill(process.env),
    })
    lives = marked
    touchTimer = setInterval(() => guard.run('lives', marked.touch), TOUCH_MS).unref()
  }

  return {
    open,
    get lives() {
      return lives
    },
    async close() {
      isClosed = true
      if (timer) clearTimeout(timer)
      if (touchTimer) clearInterval(touchTimer)
      await spool?.close()
    },
  }
}
