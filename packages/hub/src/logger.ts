/**
 * Where the hub says what a person running it should know: one line each, JSON unless a person sits before the terminal.
 */
import { jsonLine, type LogEntry, plainLine } from '@orrery/protocol/log-line'

/** What a line concerns. */
export type About =
  | 'hub'
  | 'settings'
  | 'pages'
  | 'database'
  | `node:${string}`
  | `crash:${string}`
  | `audit:${string}`
  | `routine:${string}`
  | `request:${string}`

export interface Logger {
  info(about: About, message: string): void
  warn(about: About, message: string): void
  error(about: About, message: string, cause?: unknown): void
}

type Out = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean }

/** Writes lines of `jsonLine`, on a terminal plain ones. */
export function createLogger(out: Out, err: Out, nowMs: () => number = Date.now): Logger {
  const say = (stream: Out, entry: Omit<LogEntry, 'atMs'>): void => {
    const whole = { atMs: nowMs(), ...entry }
    stream.write(stream.isTTY ? plainLine('orrery', whole) : jsonLine(whole))
  }
  return {
    info: (about, message) => say(out, { level: 'info', about, message }),
    warn: (about, message) => say(err, { level: 'warn', about, message }),
    error: (about, message, cause) => say(err, { level: 'error', about, message, cause }),
  }
}

/** Information to standard output, the rest to standard error. */
export const consoleLogger: Logger = createLogger(process.stdout, process.stderr)

export const silentLogger: Logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** One bounded line of whatever was thrown. */
export function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}
