/** An experiment out of a file: what `POST /api/v1/faults` takes, or a scenario as the hub gives it. Everything wrong with it is named before anything is sent. */
import { type FaultRequest, faultRequest, scenario } from '@orrery/protocol/faults'
import { UsageError } from '../usage-error.ts'

/** @throws {UsageError} naming what is wrong, and where. */
export function readRequest(text: string, seed: number | null): FaultRequest {
  const raw = json(text)
  const saved = scenario.safeParse(raw)
  const body: unknown = saved.success ? saved.data.body : raw
  const parsed = faultRequest.safeParse(seed === null ? body : { ...objectOf(body), seed })
  if (parsed.success) return parsed.data
  throw new UsageError(`this is no experiment: ${wrong(body)}`)
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`this is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function objectOf(value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new UsageError('this is no experiment: it is an object with steps, with a fault, or with a scenario')
}

/** What is wrong with the one of the three shapes that was meant. */
function wrong(body: unknown): string {
  const keys = Object.keys(objectOf(body))
  const place = keys.includes('steps') ? 1 : keys.includes('scenario') ? 2 : 0
  const shape = faultRequest.options[place] ?? faultRequest
  const issues = shape.safeParse(body).error?.issues ?? []
  return issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ')
}
