/**
 * How every part of Orrery says something to the people who run it: one line, JSON where a machine collects them, plain
 * text where a person sits before a terminal.
 */

export interface LogEntry {
  atMs: number
  level: 'info' | 'warn' | 'error'
  /** What the line concerns, always in the one field `about`: `hub`, `database`, `node:mail@localhost`, `crash:…`. */
  about: string
  /** Can stand alone: it names what it concerns in words, too. */
  message: string
  /** What was thrown, where something was. */
  cause?: unknown
}

const MAX_CHARS = 4_096

/**
 * The entry as one line of JSON, its end of line included: `at` (ISO 8601), `level`, `about`, `message`, and `error` (`name`,
 * `message`, `stack`) where there is a cause. Texts are cut at 4,096 characters. Never throws.
 *
 * @example
 * jsonLine({ atMs: 0, level: 'info', about: 'node:mail@localhost', message: 'mail@localhost said hello' })
 * // {"at":"1970-01-01T00:00:00.000Z","level":"info","about":"node:mail@localhost","message":"mail@localhost said hello"}
 */
export function jsonLine(entry: LogEntry): string {
  const { level, about, message, cause } = entry
  const at = new Date(entry.atMs).toISOString()
  const error = cause === undefined ? {} : { error: readError(cause) }
  return `${JSON.stringify({ at, level, about: cut(about), message: cut(message), ...error })}\n`
}

/** The entry for a person: `who: message`, the stack of a cause in lines below. Never throws. */
export function plainLine(who: string, entry: LogEntry): string {
  const below = entry.cause === undefined ? '' : `\n${readError(entry.cause).stack}`
  return `${who}: ${cut(entry.message)}${below}\n`
}

function readError(cause: unknown): { name: string; message: string; stack: string } {
  try {
    if (cause instanceof Error) {
      const { name, message, stack } = cause
      return { name: cut(name), message: cut(message), stack: cut(stack ?? `${name}: ${message}`) }
    }
    const text = cut(String(cause))
    return { name: typeof cause, message: text, stack: text }
  } catch {
    return { name: 'unreadable', message: 'an error that cannot be read', stack: '' }
  }
}

function cut(text: string): string {
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text
}
