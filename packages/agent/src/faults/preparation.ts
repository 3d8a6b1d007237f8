/** What is wrong with an injection as a whole, before anything is touched. */
import type { CommandErrorCode } from '@orrery/protocol'
import { type FaultName, faultNamed, type Injection } from '@orrery/protocol/faults'
import type { FaultHost } from './kind.ts'
import { NO_RUNNER } from './kinds/of-runner.ts'
import { type AnyDoer, doerOf } from './registry.ts'

export type Preparation =
  | { ok: true; kind: FaultName; doer: AnyDoer; parameters: unknown }
  | { ok: false; code: CommandErrorCode }

export function preparation(injection: Injection, host: FaultHost): Preparation {
  const no = (code: CommandErrorCode): Preparation => ({ ok: false, code })
  const { fault, targets, port, senders } = injection
  const known = faultNamed(fault)
  if (known === undefined) return no('fault.unknown')
  const kind = fault as FaultName
  const doer = doerOf(kind)
  if (doer === null) return no('node.unsupported')
  const lack = doer.absent?.(host) ?? null
  if (lack !== null) return no(lack === NO_RUNNER ? 'fault.no_runner' : 'node.unsupported')
  const parsed = known.parameters.safeParse(injection.parameters)
  if (!parsed.success) {
    const isOver = parsed.error.issues.every(({ code }) => code === 'too_big' || code === 'too_small')
    return no(isOver ? 'fault.over_limit' : 'fault.malformed')
  }
  if (injection.when !== null && known.when === null) return no('fault.malformed')
  if (senders !== null && !known.hasEdges) return no('fault.malformed')
  const isOfProcesses = known.scope === 'process' || known.scope === 'supervisor'
  if (isOfProcesses ? targets.length === 0 : known.scope === 'port' && port === null)
    return no('fault.no_target')
  if (isOfProcesses ? port !== null : targets.length > 0) return no('fault.malformed')
  const limit = doer.limit?.(parsed.data as never, Math.max(1, targets.length)) ?? null
  return limit === null ? { ok: true, kind, doer, parameters: parsed.data } : no(limit)
}
