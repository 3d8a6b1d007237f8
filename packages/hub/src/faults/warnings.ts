/** What a person should know before an experiment is run: one sentence each. Pure. */
import { type BlastRadius, faultNamed, type Step } from '@orrery/protocol/faults'
import type { Plan } from './plan.ts'

export function warningsOf(
  plan: Plan,
  radii: readonly { step: number; node: string; radius: BlastRadius }[],
): string[] {
  const warnings: string[] = []
  for (const step of plan.steps) warnings.push(...ofStep(step, plan))
  for (const { node, radius } of radii) {
    for (const { name, used, intensity, expected, isAtRisk, escalatesTo } of radius.supervisors) {
      if (!isAtRisk) continue
      const above = escalatesTo === '' ? 'nobody is above it' : `then ${escalatesTo} decides`
      warnings.push(
        `${name} on ${node} has ${Math.max(0, intensity - used)} of ${intensity} restarts left, and ${expected} are expected: it would give up; ${above}`,
      )
    }
  }
  return [...new Set(warnings)].slice(0, 50)
}

function ofStep(step: Step, { stop }: Plan): string[] {
  const kind = faultNamed(step.fault)
  if (kind === undefined) return []
  const warnings: string[] = []
  if (step.durationMs === null && kind.life === 'lease')
    warnings.push(`${kind.title} lasts until it is ended or all is halted`)
  if (kind.reach === 3) warnings.push(`${kind.title} reaches the whole node, not its targets alone`)
  if (kind.reach === 4) warnings.push(`${kind.title} is felt beyond the node`)
  if (step.fault === 'exhaust' && stop.intensityPercent !== null)
    warnings.push(
      'the restart intensity of the supervisor it is laid upon does not stop it: that of those above it does',
    )
  return warnings
}
