/** The first word of an agent: read, checked, and either taken or refused with a code and what to do about it. Pure. */
import { type Hello, hello, PROTOCOL, REFUSALS, type Refusal, type RefusalCode } from '@orrery/protocol'
import { agreedVersion, type Edition } from '@orrery/protocol/codec'

export type Knock = { ok: true; hello: Hello; protocol: number } | { ok: false; refusal: Refusal }

const CURES: Record<RefusalCode, string> = {
  'protocol.version': 'Bring agent and hub to neighbouring releases.',
  'protocol.malformed': 'Check that the agent is of the same release as this hub.',
  'auth.required': 'Set ORRERY_AGENT_TOKEN in the node to the token the hub was started with.',
  'auth.invalid': 'Set ORRERY_AGENT_TOKEN in the node to the token the hub was started with.',
  'origin.refused':
    'Connect from a program, not from a web page, and to an address the hub knows as its own.',
  'node.duplicate': 'Give this node another name, or stop the one that has it.',
}

/** Reads a hello. `isToken` says whether a token opens this hub; `needsToken` whether one is asked for at all. */
export function readHello(
  auth: unknown,
  gate: { needsToken: boolean; isToken(token: string | null): boolean },
  versions: Edition['range'] = PROTOCOL,
): Knock {
  const parsed = hello.safeParse(auth)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue?.path.join('.') ?? ''
    return refuse('protocol.malformed', `the hello could not be read${where === '' ? '' : `: ${where}`}`)
  }
  if (!gate.isToken(parsed.data.token)) {
    return refuse(gate.needsToken && parsed.data.token === null ? 'auth.required' : 'auth.invalid')
  }
  const protocol = agreedVersion(versions, parsed.data.protocol)
  if (protocol === null) {
    const { min, max } = parsed.data.protocol
    const both = `the agent speaks ${min} to ${max}, this hub ${versions.min} to ${versions.max}`
    return refuse('protocol.version', `${REFUSALS['protocol.version']}: ${both}`)
  }
  return { ok: true, hello: parsed.data, protocol }
}

export function refuse(code: RefusalCode, message: string = REFUSALS[code]): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { code, message, cure: CURES[code] } }
}
