/** Where the agent speaks to the people of its node: few lines, each of which can stand alone. */

export interface Logger {
  info(line: string): void
  warn(line: string): void
}

/** Writes to standard error, so that a node's own output stays its own. */
export const consoleLogger: Logger = {
  info: (line) => process.stderr.write(`orrery agent: ${line}\n`),
  warn: (line) => process.stderr.write(`orrery agent: ${line}\n`),
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
