/** The fault lab's part of the hub's HTTP API. Types alone come from the contract: its schemas stay out of the page. */
import type {
  DryRun,
  Experiment,
  FaultKind,
  ResilienceMatrix,
  Routine,
  RoutineBody,
  Scenario,
  ScenarioBody,
  Schedule,
} from '@orrery/protocol/faults'
import { type Answer, commandId, request } from '../live/api.ts'

/** A kind as it comes over the wire: everything but its schema. */
export type Kind = Omit<FaultKind, 'parameters'>

/** What is asked for, whole: nothing in it is left to a default of the hub. */
export type Asked = ScenarioBody & { schedule: Schedule; seed?: number }

/** A named door of a node to what is outside. */
export interface Port {
  name: string
  module: string
  isOpen: boolean
  /** It connects the node with another one, so that the two can be parted. */
  isLine: boolean
}

const BASE = '/api/v1/faults'

export async function readCatalogue(): Promise<Answer<{ items: Kind[] }>> {
  return request('GET', `${BASE}/catalogue`)
}

export function dryRun(asked: Asked, signal: AbortSignal): Promise<Answer<DryRun>> {
  return request('POST', `${BASE}?dryRun=true`, asked, signal)
}

/** Under an id of its own, so that a request that arrives twice runs once. */
export function inject(asked: Asked): Promise<Answer<Experiment>> {
  return request('POST', BASE, { ...asked, id: commandId() })
}

/** Ends it: everything it laid upon anything is undone. */
export function stopExperiment(id: string): Promise<Answer<unknown>> {
  return request('DELETE', `${BASE}/${encodeURIComponent(id)}`)
}

export function readExperiment(id: string, signal?: AbortSignal): Promise<Answer<Experiment>> {
  return request('GET', `${BASE}/${encodeURIComponent(id)}`, undefined, signal)
}

/** Where a resilience report is had as a file. */
export function reportPath(id: string, format: 'json' | 'text'): string {
  return `${BASE}/${encodeURIComponent(id)}/report?format=${format}`
}

export function readMatrix(days: number, signal?: AbortSignal): Promise<Answer<ResilienceMatrix>> {
  return request('GET', `${BASE}/matrix?days=${days}`, undefined, signal)
}

export function readPorts(node: string): Promise<Answer<{ items: Port[] }>> {
  return request('GET', `/api/v1/nodes/${encodeURIComponent(node)}/ports`)
}

export function readScenarios(): Promise<Answer<{ items: Scenario[] }>> {
  return request('GET', '/api/v1/fault-scenarios')
}

/** Under a new id, or in the place of the one that is given. */
export function saveScenario(id: string | null, name: string, body: ScenarioBody): Promise<Answer<Scenario>> {
  return id === null
    ? request('POST', '/api/v1/fault-scenarios', { ...body, name })
    : request('PUT', `/api/v1/fault-scenarios/${encodeURIComponent(id)}`, { ...body, name })
}

export function removeScenario(id: string): Promise<Answer<unknown>> {
  return request('DELETE', `/api/v1/fault-scenarios/${encodeURIComponent(id)}`)
}

export function readRoutines(): Promise<Answer<{ items: Routine[] }>> {
  return request('GET', '/api/v1/fault-routines')
}

export function saveRoutine(id: string | null, body: RoutineBody): Promise<Answer<Routine>> {
  return id === null
    ? request('POST', '/api/v1/fault-routines', body)
    : request('PUT', `/api/v1/fault-routines/${encodeURIComponent(id)}`, body)
}

export function removeRoutine(id: string): Promise<Answer<unknown>> {
  return request('DELETE', `/api/v1/fault-routines/${encodeURIComponent(id)}`)
}
