/** `orrery faults`: experiments through the hub's public HTTP API, for shells and CI. Decides by what the hub answered, and injects nothing itself. */
import {
  type DryRun,
  dryRun,
  type Experiment,
  experiment,
  type FaultRequest,
  VERDICTS,
} from '@orrery/protocol/faults'
import { halt, problem } from '@orrery/protocol/http'
import { z } from 'zod'
import { askHub } from '../ask-hub.ts'
import type { FailOn, FaultsSettings } from './arguments.ts'
import { readRequest } from './read-request.ts'
import { dryRunOf, lineOf, reportOf } from './report.ts'

export const PASSED = 0
export const FAILED = 1
export const UNKNOWN = 2

export interface FaultsIo {
  /** The text of a file, or of standard input. */
  read(file: string): Promise<string>
  print(text: string): void
  complain(text: string): void
  wait(ms: number): Promise<void>
  nowMs(): number
}

/** What the hub refused, or said so that nobody understands it. */
class HubAnswer extends Error {
  override readonly name = 'HubAnswer'
}

const ASK_WITHIN_MS = 30_000
const FOLLOW_MS = 500
/** A hub that is started anew meanwhile is waited for so long. */
const PATIENCE_MS = 30_000
/** After its end, until it has been judged. */
const JUDGED_WITHIN_MS = 180_000

/** @returns the exit code. @throws {UsageError} for a file that is no experiment. */
export async function faults(settings: FaultsSettings, io: FaultsIo): Promise<number> {
  try {
    return await act(settings, io)
  } catch (error) {
    if (!(error instanceof HubAnswer)) throw error
    io.complain(error.message)
    return UNKNOWN
  }
}

async function act(settings: FaultsSettings, io: FaultsIo): Promise<number> {
  const { action, subject, isJson } = settings
  const show = <T>(value: T, words: (value: T) => string): number => {
    io.print(isJson ? JSON.stringify(value, null, 2) : words(value))
    return PASSED
  }
  const path = `/api/v1/faults/${encodeURIComponent(subject)}`
  switch (action) {
    case 'run':
      return await run(settings, readRequest(await io.read(subject), settings.seed), io)
    case 'dry-run': {
      const request = readRequest(await io.read(subject), settings.seed)
      const run: DryRun = await ask(settings, 'POST', '/api/v1/faults?dryRun=true', dryRun, request)
      show(run, dryRunOf)
      return run.refusal === null ? PASSED : UNKNOWN
    }
    case 'list': {
      const { items } = await ask(
        settings,
        'GET',
        '/api/v1/faults',
        z.object({ items: z.array(z.unknown()) }),
      )
      const known = items.flatMap((item) => {
        const parsed = experiment.safeParse(item)
        return parsed.success ? [parsed.data] : []
      })
      return show(known, (all) => (all.length === 0 ? 'no experiments' : all.map(lineOf).join('\n')))
    }
    case 'show':
      return show(await ask(settings, 'GET', path, experiment), reportOf)
    case 'stop': {
      await ask(settings, 'DELETE', path, z.unknown())
      return show(await ask(settings, 'GET', path, experiment), reportOf)
    }
    case 'halt':
    case 'release': {
      const latch = await ask(settings, action === 'halt' ? 'POST' : 'DELETE', '/api/v1/faults/halt', halt)
      return show(latch, ({ isHalted, released = 0, unreached = [] }) =>
        isHalted
          ? [
              `halted; ${released} ended`,
              ...unreached.map((node) => `not reached, ends by itself: ${node}`),
            ].join('\n')
          : 'released: experiments are taken again',
      )
    }
    default: {
      const never: never = action
      return never
    }
  }
}

async function run(settings: FaultsSettings, request: FaultRequest, io: FaultsIo): Promise<number> {
  const begun = await ask(settings, 'POST', '/api/v1/faults', z.object({ id: z.string() }), request)
  const path = `/api/v1/faults/${encodeURIComponent(begun.id)}`
  const see = () => ask(settings, 'GET', path, experiment)
  if (!settings.waits) {
    const now = await see()
    io.print(settings.isJson ? JSON.stringify(now, null, 2) : reportOf(now))
    return now.status === 'refused' ? UNKNOWN : PASSED
  }
  io.complain(`${begun.id} has begun`)
  const last = await follow(see, settings.withinMs, io)
  io.print(settings.isJson ? JSON.stringify(last, null, 2) : reportOf(last))
  const { code, why } = judged(last, settings.failOn)
  io.complain(why)
  return code
}

/** Until it is over and judged, or nobody waits any longer. */
async function follow(see: () => Promise<Experiment>, withinMs: number, io: FaultsIo): Promise<Experiment> {
  const untilMs = io.nowMs() + withinMs
  let heardMs = io.nowMs()
  let overMs: number | null = null
  let last: Experiment | null = null
  let told = ''
  for (;;) {
    try {
      last = await see()
      heardMs = io.nowMs()
    } catch (error) {
      if (!(error instanceof HubAnswer) || io.nowMs() - heardMs > PATIENCE_MS) throw error
    }
    if (last !== null) {
      const line = lineOf(last)
      if (line !== told) io.complain(line)
      told = line
      const isOver = last.status === 'ended' || last.status === 'refused'
      if (isOver) overMs ??= io.nowMs()
      const isJudged = last.resilience !== null || last.status === 'refused'
      if (isJudged || (overMs !== null && io.nowMs() - overMs > JUDGED_WITHIN_MS)) return last
      if (io.nowMs() > untilMs) return last
    }
    await io.wait(FOLLOW_MS)
  }
}

/** What a run is worth to CI. Pure. */
export function judged(last: Experiment, failOn: FailOn): { code: number; why: string } {
  const { id, status, resilience, endedWhy } = last
  if (status === 'refused') return { code: UNKNOWN, why: `${id} was refused: ${endedWhy}` }
  if (status !== 'ended') return { code: UNKNOWN, why: `${id} is not over: ${status}` }
  if (resilience === null) return { code: UNKNOWN, why: `${id} ended, and nobody has judged it` }
  const { verdict } = resilience
  const isWorse = VERDICTS.indexOf(verdict) >= VERDICTS.indexOf(failOn)
  return isWorse
    ? { code: FAILED, why: `${id} failed: ${verdict}` }
    : { code: PASSED, why: `${id} passed: ${verdict}` }
}

async function ask<T>(
  { hub }: FaultsSettings,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  schema: z.ZodType<T>,
  body?: unknown,
): Promise<T> {
  const answer = await askHub(hub, method, path, { body, timeoutMs: ASK_WITHIN_MS }).catch(
    (error: unknown) => {
      throw new HubAnswer(
        `no answer from ${hub.url}: ${error instanceof Error ? error.message : String(error)}`,
      )
    },
  )
  if (answer.status >= 400) {
    const told = problem.safeParse(answer.body)
    throw new HubAnswer(
      told.success
        ? `refused: ${told.data.detail} (${told.data.code})`
        : `refused with status ${answer.status}`,
    )
  }
  const parsed = schema.safeParse(answer.body)
  if (parsed.success) return parsed.data
  throw new HubAnswer(
    `${hub.url} answered what this version does not understand: ${parsed.error.issues[0]?.path.join('.')}`,
  )
}
