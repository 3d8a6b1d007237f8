/**
 * What is wrong with the steps of an experiment, as far as the catalogue and the query language can tell without any node:
 * a kind nobody knows, parameters out of bounds, a query that does not parse, a target of the wrong sort. Pure.
 */
import { type FaultKind, faultNamed, parseTarget, type Step } from '@orrery/protocol/faults'

export interface Flaw {
  /** As in `steps.0.parameters.delayMs`. */
  path: string
  code: 'fault.unknown' | 'fault.malformed' | 'fault.over_limit'
  message: string
}

export function flawsOfSteps(steps: readonly Step[]): Flaw[] {
  return steps.flatMap((step, place) =>
    flawsOf(step).map((flaw) => ({ ...flaw, path: pathOf(place, flaw.path) })),
  )
}

function flawsOf(step: Step): Flaw[] {
  const kind = faultNamed(step.fault)
  if (kind === undefined)
    return [{ path: 'fault', code: 'fault.unknown', message: `no fault of the kind ${step.fault} is known` }]
  return [...ofParameters(step, kind), ...ofTarget(step, kind), ...ofWhen(step, kind)]
}

function ofParameters({ parameters }: Step, kind: FaultKind): Flaw[] {
  const read = kind.parameters.safeParse(parameters)
  if (read.success) return []
  return read.error.issues.map(({ path, message, code }) => ({
    path: ['parameters', ...path.map(String)].join('.'),
    code: code === 'too_big' || code === 'too_small' ? 'fault.over_limit' : 'fault.malformed',
    message,
  }))
}

/** A port has a name; a whole node is meant where no process is. */
function ofTarget({ target, fault }: Step, { scope, hasEdges }: FaultKind): Flaw[] {
  const flaw = (path: string, message: string): Flaw => ({ path, code: 'fault.malformed', message })
  if ('port' in target) return scope === 'port' ? [] : [flaw('target', `${fault} is not laid upon a port`)]
  if ('query' in target) {
    if (scope === 'port') return [flaw('target', `${fault} is laid upon a port: { node, port }`)]
    const queries = { query: target.query, ...(target.from === undefined ? {} : { from: target.from }) }
    const wrong = Object.entries(queries).flatMap(([name, text]) => {
      const parsed = parseTarget(text)
      return parsed.ok ? [] : [flaw(`target.${name}`, parsed.message)]
    })
    if (target.from !== undefined && !hasEdges)
      wrong.push(flaw('target.from', `${fault} is not laid upon an edge`))
    return wrong
  }
  if ('pid' in target)
    return scope === 'port' ? [flaw('target', `${fault} is laid upon a port: { node, port }`)] : []
  return scope === 'node' ? [] : [flaw('target', `${fault} is not laid upon a whole node`)]
}

function ofWhen({ when, fault }: Step, kind: FaultKind): Flaw[] {
  if (when === null || kind.when !== null) return []
  return [{ path: 'when', code: 'fault.malformed', message: `${fault} happens at once; it takes no when` }]
}

function pathOf(place: number, path: string): string {
  return `steps.${place}.${path}`
}
