/** The hub's public HTTP API, as the screens use it. Every refusal comes back as data; the screens own the words. */
import type { ProcessRow } from '@orrery/live/views'
import { type MapAddress, uploadPath } from '../crashes/map-notes-model.ts'

export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; code: string; message: string }

export type ProcessCommand =
  | { command: 'kill'; reason?: string }
  | { command: 'suspend'; durationMs?: number }
  | { command: 'resume' }
  | { command: 'crash_next'; reason?: string; durationMs?: number }
  | { command: 'send'; message: unknown }

export interface Applied {
  id: string
  status: 'applied'
  leaseId?: string
  auditId: string
}

/** `target` is a logical key or a pid. Resolves once the node applied or refused it. */
export function sendCommand(node: string, target: string, command: ProcessCommand): Promise<Answer<Applied>> {
  return request('POST', `${processPath(node, target)}/commands`, { ...command, id: commandId() })
}

export function haltAll(): Promise<Answer<unknown>> {
  return request('POST', '/api/v1/faults/halt', {})
}

export function releaseHalt(): Promise<Answer<unknown>> {
  return request('DELETE', '/api/v1/faults/halt')
}

export type GroupPatch = { status?: 'open' | 'resolved' | 'ignored'; note?: string }

/** Resolves, ignores or opens a crash group, or writes a note on it. */
export function changeGroup(id: string, patch: GroupPatch): Promise<Answer<unknown>> {
  return request('PATCH', `/api/v1/crash-groups/${id}`, patch)
}

/** Puts a crash group into another, for every later crash too. */
export function mergeGroup(id: string, into: string): Promise<Answer<unknown>> {
  return request('POST', `/api/v1/crash-groups/${id}/merge`, { into })
}

/** Takes a merged crash group out again. */
export function unmergeGroup(id: string): Promise<Answer<unknown>> {
  return request('POST', `/api/v1/crash-groups/${id}/unmerge`)
}

/** A window of the process table, sorted and filtered by the hub. */
export function findProcesses(
  node: string,
  q: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Answer<{ items: ProcessRow[]; nextCursor: string | null }>> {
  const query = new URLSearchParams({ q, sort: 'match', limit: String(limit) })
  return request('GET', `/api/v1/nodes/${encodeURIComponent(node)}/processes?${query}`, undefined, signal)
}

/** Where a report is had as a file that can be imported. */
export function crashFilePath(id: string): string {
  return `/api/v1/crashes/${encodeURIComponent(id)}?format=json`
}

/** `held`: the report was here already. */
export function importCrash(
  report: unknown,
): Promise<Answer<{ id: string; status: 'stored' | 'held'; auditId: string }>> {
  return request('POST', '/api/v1/crashes/import', report)
}

/** Gives the hub the source map of a bundle. */
export function uploadSourceMap(address: MapAddress, map: unknown): Promise<Answer<{ id: string }>> {
  return request('POST', uploadPath(address), map)
}

/** Exchanges a token for a session cookie. */
export function signIn(token: string): Promise<Answer<{ role: string }>> {
  return request('POST', '/api/v1/session', { token })
}

export function processPath(node: string, target: string): string {
  return `/api/v1/nodes/${encodeURIComponent(node)}/processes/${encodeURIComponent(target)}`
}

/** One call; `problem+json` becomes `{ ok: false, code, message }`, silence becomes the code `hub.unreachable`. */
export async function request<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer<T>> {
  let answer: Response
  try {
    answer = await fetch(path, {
      method,
      cache: 'no-store',
      ...(signal ? { signal } : {}),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  } catch {
    return { ok: false, status: 0, code: 'hub.unreachable', message: 'The hub does not answer.' }
  }
  // Done, and nothing to tell.
  if (answer.status === 204) return { ok: true, value: null as T }
  const value: unknown = await answer.json().catch(() => null)
  if (answer.ok && value !== null) return { ok: true, value: value as T }
  if (answer.ok) {
    return {
      ok: false,
      status: 0,
      code: 'hub.unreachable',
      message: 'The hub’s answer did not arrive whole.',
    }
  }
  const problem = (value ?? {}) as { code?: string; detail?: string; title?: string }
  return {
    ok: false,
    status: answer.status,
    code: problem.code ?? `http.${answer.status}`,
    message: problem.detail ?? problem.title ?? `The hub answered ${answer.status}.`,
  }
}

/** `crypto.randomUUID` exists on secure origins only, and a hub may be reached by plain HTTP. */
export function commandId(): string {
  const raw = crypto.getRandomValues(new Uint8Array(16))
  raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40
  raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(raw, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
