/** A diagnostic report of Node.js that somebody uploaded, as the report of a node's end. The same file is the same report. */
import { createHash } from 'node:crypto'
import {
  type CrashReport,
  captured,
  type Diagnostic,
  diagnosticCause,
  diagnosticStack,
  nodeEndReport,
  unavailable,
} from '@orrery/protocol'

/** What stands before the @ of a node that is known by its report alone. */
const NAME = 'uploaded'

export function reportOfDiagnostic(told: Diagnostic): CrashReport {
  const { host, processId, dumpEventTimeStamp, nodejsVersion } = told.header
  const atMs = Number(dumpEventTimeStamp)
  const lines = diagnosticStack(told)
  const report = nodeEndReport(
    {
      node: `${NAME}@${host.replace(/[^\w.-]/g, '-') || 'unknown'}`,
      incarnation: uuidOf(`${host} ${processId} ${dumpEventTimeStamp}`),
      pid: processId,
      runtime: { name: 'Node.js', version: nodejsVersion },
      release: null,
      agentVersion: '',
      startedAt: new Date(atMs).toISOString(),
      uptimeMs: 0,
      messagesHandled: 0,
      atMs,
      atUs: 0,
    },
    diagnosticCause(
      told,
      lines.status === 'captured'
        ? captured({ raw: lines.value.join('\n'), frames: [] })
        : unavailable('Node.js kept no stack of it'),
    ),
  )
  return report
}

/** A UUID of version 4's form, made of a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
