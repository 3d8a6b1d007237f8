/** Which node would take which fault, and why not: what its agent announced, and whether it is there. Pure. */
import type { CommandErrorCode, Hello } from '@orrery/protocol'
import { type Refused, refuse } from './plan.ts'

/** @param hello of the node's connection, `null` where it has none */
export function refusalOf(node: string, kind: string, isKnown: boolean, hello: Hello | null): Refused | null {
  if (!isKnown) return refuse('node.unknown', `no node named ${node.slice(0, 255)} is known`)
  if (hello === null) return refuse('node.gone', `${node} is not connected`)
  const word = `fault.${kind}`
  if (hello.capabilities.includes(word)) return null
  const why = hello.absent[word]
  return refuse(codeOf(why), `${node}: ${why ?? `does not offer ${kind}`}`)
}

function codeOf(why: string | undefined): CommandErrorCode {
  if (why?.includes('ORRERY_FAULTS') === true) return 'node.not_armed'
  return why?.includes('orrery run') === true ? 'fault.no_runner' : 'node.unsupported'
}

/** Whether the node lets itself be changed at all. */
export function isArmed(hello: Hello): boolean {
  return hello.capabilities.some((word) => word.startsWith('fault.'))
}
