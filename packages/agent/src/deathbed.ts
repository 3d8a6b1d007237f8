/**
 * What an agent does when its program ends: last words into the spool, and how it ended into the node's marks. Everything
 * here is synchronous, because nothing else happens any more.
 */
import type { CrashDesk } from './crash-desk.ts'
import type { Delivery } from './delivery.ts'
import type { Guard } from './guard.ts'
import { onHostEnd } from './host-end.ts'
import { type LastWordsOptions, lastWords, type Uncaught } from './last-words.ts'
import type { Lives } from './lives.ts'

export interface DeathbedOptions extends LastWordsOptions {
  desk: CrashDesk
  delivery: Delivery
  guard: Guard
  /** The node's marks, as soon as its spool folder is held. */
  lives: () => Lives | null
}

export interface Deathbed {
  /** The agent ends in order: what the program does later is no end of this life. */
  stopped(): void
}

/** A host that handles what nobody caught, and ends its program for it, does so within this. */
const HOST_ENDS_WITHIN_MS = 10_000
/** Nothing counts these words but their report itself. */
const NOTHING = () => undefined
/** Crashes that wait to be rendered get so long. */
const DESK_MS = 200

export function createDeathbed(options: DeathbedOptions): Deathbed {
  const { source, desk, delivery, guard } = options
  let held: Uncaught | null = null
  let isOver = false

  const speak = (uncaught: Uncaught): void => {
    isOver = true
    guard.run('last crashes', () => renderWhatWaits(desk))
    const said = guard.run('last words', () => lastWords(uncaught, options))
    if (said) guard.run('last words', () => delivery.accept(said.id, said.json, NOTHING))
    guard.run('lives', () => options.lives()?.end('crashed', said?.text ?? ''))
  }

  const unlisten = onHostEnd({
    uncaught(error, origin, isHandled) {
      if (isOver) return
      const uncaught = { error, origin, atMs: source.wallMs(), atUs: source.nowUs() }
      if (isHandled) held = uncaught
      else speak(uncaught)
    },
    exiting(code) {
      if (isOver) return
      const isOfIt = held !== null && code !== 0 && source.wallMs() - held.atMs <= HOST_ENDS_WITHIN_MS
      if (held && isOfIt) return speak(held)
      isOver = true
      guard.run('lives', () => options.lives()?.end('exited', `exit code ${code}`))
    },
  })

  return {
    stopped() {
      unlisten()
      if (isOver) return
      isOver = true
      guard.run('lives', () => options.lives()?.end('stopped', ''))
    },
  }
}

function renderWhatWaits(desk: CrashDesk): void {
  const untilMs = performance.now() + DESK_MS
  const work = desk.work()
  while (work.next().done !== true && performance.now() < untilMs);
}
