/**
 * Node.js' own diagnostic reports: what it writes of itself when it dies of what no code can catch, a full heap above all.
 * The agent has it written beside the spool, and the next life makes a report of the node's end of it. Of the file only what
 * is named here is read; environment and command line never leave it, and it is deleted.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import {
  type CrashReport,
  captured,
  type Diagnostic,
  diagnostic,
  diagnosticCause,
  diagnosticStack,
  type EarlierLife,
  nodeEndId,
  nodeEndReport,
  unavailable,
} from '@orrery/protocol'
import { boundReport } from './bound.ts'
import type { Redactor } from './redact.ts'
import type { SourceIdentity } from './source.ts'
import type { Sources } from './sources.ts'
import { parseStack } from './stack.ts'
import { AGENT_VERSION } from './version.ts'

/** A report has some tens of kilobytes; what is larger is not one. */
const MAX_BYTES = 4_194_304
const MAX_FILES = 64
/** Kinds of end after which a process no longer says anything. */
const FATAL = new Set(['OOMError', 'FatalError'])

/** A report that an earlier life of this node left, and which life it was. */
export interface FoundDiagnostic {
  path: string
  life: EarlierLife
  told: Diagnostic
}

/** Has Node.js write a report at a fatal end, into a folder of ours, unless the program has settled that for itself. */
export function armDiagnostics(spoolDir: string): void {
  const { report } = process
  // Not on every platform.
  if (report === undefined || report.reportOnFatalError || report.directory !== '') return
  const folder = join(spoolDir, 'diagnostics')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  report.directory = folder
  report.reportOnFatalError = true
}

/** Fatal reports in the folder that one of these lives wrote, oldest life first. */
export function findDiagnostics(spoolDir: string, lives: readonly EarlierLife[]): FoundDiagnostic[] {
  const folder = join(spoolDir, 'diagnostics')
  const found: FoundDiagnostic[] = []
  for (const name of namesIn(folder).slice(0, MAX_FILES)) {
    const path = join(folder, name)
    const told = readDiagnostic(path)
    if (told === null || !FATAL.has(told.header.trigger)) continue
    const life = lives.find((one) => isOf(told, one))
    if (life !== undefined) found.push({ path, life, told })
    // Of a life nobody remembers: it holds an environment, and is not kept.
    else unlinkSync(path)
  }
  return found
}

export function forgetDiagnostic({ path }: FoundDiagnostic): void {
  unlinkSync(path)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch {
    // Nothing was ever armed here.
    return []
  }
}

function readDiagnostic(path: string): Diagnostic | null {
  try {
    if (statSync(path).size > MAX_BYTES) return null
    const parsed = diagnostic.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    // Half written, or not ours to read: it tells nothing.
    return null
  }
}

function isOf(told: Diagnostic, life: EarlierLife): boolean {
  return (
    told.header.processId === life.pid && Number(told.header.dumpEventTimeStamp) >= Date.parse(life.startedAt)
  )
}

export interface DiagnosticOptions {
  identity: SourceIdentity
  sources: Sources
  redactor: Redactor
}

/** The report of the end it tells of, bounded and redacted. */
export function diagnosticReport(
  { told, life }: FoundDiagnostic,
  { identity, sources, redactor }: DiagnosticOptions,
): { id: string; json: Buffer; text: string } {
  const atMs = Number(told.header.dumpEventTimeStamp)
  const uptimeMs = Math.max(0, atMs - Date.parse(life.startedAt))
  const report = redactor.deep(
    nodeEndReport(
      {
        node: identity.node,
        incarnation: life.incarnation,
        pid: life.pid,
        runtime: identity.runtime,
        release: identity.release,
        agentVersion: AGENT_VERSION,
        startedAt: life.startedAt,
        uptimeMs,
        messagesHandled: 0,
        atMs,
        atUs: uptimeMs * 1_000,
      },
      causeOf(told, sources),
    ),
  )
  return { id: nodeEndId(life.incarnation), json: boundReport(report), text: report.cause.reason.text }
}

function causeOf(told: Diagnostic, sources: Sources): CrashReport['cause'] {
  const lines = diagnosticStack(told)
  if (lines.status !== 'captured') return diagnosticCause(told, unavailable('Node.js kept no stack of it'))
  const frames = parseStack(lines.value.map((line) => `    ${line.trimStart()}`).join('\n'))
  sources.loadNow(frames)
  return diagnosticCause(told, captured({ raw: lines.value.join('\n'), ...sources.resolve(frames) }))
}
