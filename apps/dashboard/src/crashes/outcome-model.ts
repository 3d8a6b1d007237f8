/** A node watches a process for so long after its crash. */
const WATCHED_MS = 60_000

/** Whether it crashed again, as far as that is known by now. */
export function sinceThen(crashedAgain: boolean, crashedAtMs: number, nowMs: number): string {
  if (crashedAgain) return 'crashed again within a minute'
  return nowMs - crashedAtMs < WATCHED_MS ? 'not crashed again so far' : 'not crashed again within a minute'
}
