/** Where the agent speaks to the people of its node: few lines, each of which can stand alone. */
import { jsonLine, plainLine } from '@orrery/protocol/log-line'

export interface Logger {
  info(line: string): void
  warn(line: string): void
}

/**
 * Writes to standard error, so that a node's own output stays its own: lines of JSON that name the node, or plain ones on a
 * terminal, headed by `who`.
 */
export function consoleLogger(
  node: string,
  who = 'orrery agent',
  stream: Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean } = process.stderr,
): Logger {
  const say = (level: 'info' | 'warn', message: string): void => {
    const entry = { atMs: Date.now(), level, about: `node:${node}`, message }
    stream.write(stream.isTTY ? plainLine(who, entry) : jsonLine(entry))
  }
  return { info: (line) => say('info', line), warn: (line) => say('warn', line) }
}

/** Says a thing once until something else of the same topic is to be said. */
export function onceLogger(logger: Logger): {
  warn(topic: string, line: string): void
  info(topic: string, line: string): void
} {
  const last = new Map<string, string>()
  const say = (level: 'info' | 'warn', topic: string, line: string): void => {
    if (last.get(topic) === line) return
    last.set(topic, line)
    try {
      logger[level](line)
    } catch {
      // A logger that throws has said what it could; the host must not pay for it.
    }
  }
  return { warn: (topic, line) => say('warn', topic, line), info: (topic, line) => say('info', topic, line) }
}

export type OnceLogger = ReturnType<typeof onceLogger>
