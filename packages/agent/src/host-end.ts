/**
 * How the host's program ends, heard without changing it: Node.js prints, calls the host's own handlers and exits as it
 * would have. One listener for all agents of a program.
 */
export interface HostEnd {
  /** Nobody caught this. With `isHandled` the host has a handler of its own, and may go on. */
  uncaught(error: unknown, origin: NodeJS.UncaughtExceptionOrigin, isHandled: boolean): void
  /** The program ends now; only what is synchronous still happens. */
  exiting(code: number): void
}

const listening = new Set<HostEnd>()

/** Hears of the end until the function returned is called. */
export function onHostEnd(end: HostEnd): () => void {
  if (listening.size === 0) {
    process.on('uncaughtExceptionMonitor', uncaught)
    process.on('exit', exiting)
  }
  listening.add(end)
  return () => {
    if (!listening.delete(end) || listening.size > 0) return
    process.off('uncaughtExceptionMonitor', uncaught)
    process.off('exit', exiting)
  }
}

function uncaught(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void {
  const isHandled =
    process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()
  for (const end of listening) end.uncaught(error, origin, isHandled)
}

function exiting(code: number): void {
  for (const end of listening) end.exiting(code)
}
