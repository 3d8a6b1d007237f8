/**
 * Contracts: the protocol between a process and its clients, checked between the two, after the thesis' last chapter (UBF(C)). A process may
 * declare which messages it takes, what they and their replies look like (a schema for each, through the Standard Schema interface), and
 * in which order one client may send them (a small state machine). A checker stands between the two sides and says which of them broke it.
 *
 * Off by default; `createNode({ contracts: 'report' })` tells the node's hooks (`contractBroken`), `'enforce'` also refuses: a client's message
 * is not handled (its call fails with `contract_broken`, anything else is a dead letter), a server that answers what it has not promised
 * crashes with `contract_broken`. Either way a crash of the process while it handles the message has the breach on its report.
 *
 * ```ts
 * const files = Contract.define({
 *   name: 'files',
 *   calls: { open: { message: z.object({ path: z.string() }), reply: z.number() }, read: {}, close: {} },
 *   order: { initial: 'closed', states: { closed: { open: 'opened' }, opened: { read: 'opened', close: 'closed' } } },
 * })
 * ```
 */
import { Call, messageType } from './call.ts'
import { Exit } from './exit-reason.ts'
import type { Process } from './hooks.ts'
import type { Node } from './node.ts'
import type { Proc } from './process.ts'

/** The part of the Standard Schema interface that is used; by type only, so that nothing is depended on. https://standardschema.dev */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

export interface CallContract {
  readonly message?: StandardSchemaV1
  readonly reply?: StandardSchemaV1
}

/** The next state; or, for a call, the next one by the type of the reply (its `type` or `tag`, or itself where it is a string). */
export type NextState = string | { readonly byReply: Readonly<Record<string, string>> }

export interface ContractOrder {
  readonly initial: string
  /** What may come in each state, and where it leads. A type that stands in no state may come in any. */
  readonly states: Readonly<Record<string, Readonly<Record<string, NextState>>>>
}

export interface ContractDefinition {
  readonly name: string
  readonly calls?: Readonly<Record<string, CallContract>>
  readonly casts?: Readonly<Record<string, { readonly message?: StandardSchemaV1 }>>
  readonly infos?: Readonly<Record<string, { readonly message?: StandardSchemaV1 }>>
  /** Of each client by itself. */
  readonly order?: ContractOrder
}

/** `off`, `report` or `enforce`: what a node does about contracts. */
export type ContractPolicy = 'off' | 'report' | 'enforce'

/** A contract was broken, and by whom. */
export interface ContractBreach {
  readonly contract: string
  /** The client sent what it must not, or the server answered what it has not promised. */
  readonly side: 'client' | 'server'
  readonly server: Process
  /** `null` for a client outside the node's processes. */
  readonly client: Process | null
  readonly kind: 'call' | 'cast' | 'info' | 'reply'
  readonly type: string
  /** `unknown_message`, `bad_message`, `bad_reply` or `out_of_order`. */
  readonly what: 'unknown_message' | 'bad_message' | 'bad_reply' | 'out_of_order'
  /** In words: what was wrong and where. */
  readonly why: string
  /** Of the order, for this client; `null` without one. */
  readonly state: string | null
  readonly isRefused: boolean
}

export const Contract = {
  /** @throws {TypeError} for an order that leads to a state that is not there. */
  define<const D extends ContractDefinition>(definition: D): D {
    const { order, name } = definition
    if (order === undefined) return definition
    const isKnown = (state: string) => Object.hasOwn(order.states, state)
    const mentioned = [order.initial]
    for (const messages of Object.values(order.states)) {
      for (const next of Object.values(messages)) {
        mentioned.push(...(typeof next === 'string' ? [next] : Object.values(next.byReply)))
      }
    }
    const absent = mentioned.find((state) => !isKnown(state))
    if (absent !== undefined) throw new TypeError(`contract ${name}: there is no state ${absent}`)
    return definition
  },
}

const OUTSIDE = Symbol('outside')
type Client = Proc | typeof OUTSIDE

/** Stands between one process and its clients. */
export class ContractChecker {
  private readonly contract: ContractDefinition
  private readonly isEnforced: boolean
  private readonly ordered: ReadonlySet<string>
  private readonly states = new WeakMap<Proc, string>()
  private outside: string | null = null
  /** Of the message being handled, for a crash report. */
  latest: { readonly seq: number; readonly breach: ContractBreach } | null = null

  constructor(contract: ContractDefinition, policy: ContractPolicy) {
    this.contract = contract
    this.isEnforced = policy === 'enforce'
    const states = Object.values(contract.order?.states ?? {})
    this.ordered = new Set(states.flatMap((messages) => Object.keys(messages)))
  }

  /** Looks at a message that is about to be handled; whether it is refused. */
  refuses(server: Proc, message: unknown, sender: Proc | null, meta: unknown): boolean {
    const kind = meta instanceof Call ? 'call' : meta === undefined ? 'info' : 'cast'
    const type = messageType(message)
    const client = sender ?? OUTSIDE
    const state = this.stateOf(client)
    const wrong = this.wrongMessage(kind, type, message) ?? this.wrongOrder(type, state)
    if (meta instanceof Call) {
      // Its reply is looked at when it is given, and may decide where the order leads.
      meta.checked = (value) => this.reply(server, type, client, value)
    }
    if (wrong === null) {
      this.goOn(client, type, state)
      return false
    }
    this.broken(server, client, { side: 'client', kind, type, state, ...wrong })
    if (!this.isEnforced) return false
    if (meta instanceof Call)
      meta.fail({ tag: 'contract_broken', contract: this.contract.name, why: wrong.why }, null)
    else server.node.deadLetter(server.pid, message, sender, 'contract')
    return true
  }

  private reply(server: Proc, type: string, client: Client, value: unknown): void {
    const schema = this.contract.calls?.[type]?.reply
    const state = this.stateOf(client)
    const why = schema === undefined ? null : issuesOf(schema, value)
    if (why !== null) {
      this.broken(server, client, { side: 'server', kind: 'reply', type, state, what: 'bad_reply', why })
      if (this.isEnforced) throw new Exit('contract_broken', { contract: this.contract.name, type, why })
    }
    const next = state === null ? undefined : this.contract.order?.states[state]?.[type]
    if (next === undefined || typeof next === 'string') return
    const to = next.byReply[messageType(value)]
    if (to !== undefined) {
      this.setState(client, to)
      return
    }
    const unforeseen = `${type} was answered with ${messageType(value)}, which leads nowhere from ${state}`
    this.broken(server, client, {
      side: 'server',
      kind: 'reply',
      type,
      state,
      what: 'bad_reply',
      why: unforeseen,
    })
    if (this.isEnforced)
      throw new Exit('contract_broken', { contract: this.contract.name, type, why: unforeseen })
  }

  private wrongMessage(
    kind: 'call' | 'cast' | 'info',
    type: string,
    message: unknown,
  ): Pick<ContractBreach, 'what' | 'why'> | null {
    const { calls, casts, infos } = this.contract
    const table = kind === 'call' ? calls : kind === 'cast' ? casts : infos
    if (table === undefined || !Object.hasOwn(table, type)) {
      if (this.ordered.has(type)) return null
      return { what: 'unknown_message', why: `${kind} ${type} is not in the contract` }
    }
    const schema = table[type]?.message
    const why = schema === undefined ? null : issuesOf(schema, message)
    return why === null ? null : { what: 'bad_message', why }
  }

  private wrongOrder(type: string, state: string | null): Pick<ContractBreach, 'what' | 'why'> | null {
    if (state === null || !this.ordered.has(type)) return null
    const may = this.contract.order?.states[state] ?? {}
    if (Object.hasOwn(may, type)) return null
    const expected = Object.keys(may).join(', ') || 'nothing'
    return { what: 'out_of_order', why: `${type} may not come in state ${state}; ${expected} may` }
  }

  private goOn(client: Client, type: string, state: string | null): void {
    if (state === null) return
    const next = this.contract.order?.states[state]?.[type]
    if (typeof next === 'string') this.setState(client, next)
  }

  private stateOf(client: Client): string | null {
    const { order } = this.contract
    if (order === undefined) return null
    return (client === OUTSIDE ? this.outside : this.states.get(client)) ?? order.initial
  }

  private setState(client: Client, state: string): void {
    if (client === OUTSIDE) this.outside = state
    else this.states.set(client, state)
  }

  private broken(
    server: Proc,
    client: Client,
    facts: Omit<ContractBreach, 'contract' | 'server' | 'client' | 'isRefused'>,
  ): void {
    const { node } = server
    const breach: ContractBreach = {
      contract: this.contract.name,
      server,
      client: client === OUTSIDE ? null : client,
      isRefused: this.isEnforced,
      ...facts,
    }
    this.latest = { seq: server.handled, breach }
    node.counters.contractsBroken += 1
    node.observeBreach(breach)
  }
}

/** The checker of a new process, where its node wants one. */
export function checkerFor(node: Node, contract: ContractDefinition | undefined): ContractChecker | null {
  return contract === undefined || node.contracts === 'off'
    ? null
    : new ContractChecker(contract, node.contracts)
}

/** The breach by the message that a process is handling, or has just been stopped by. */
export function breachOf(process: Proc): ContractBreach | null {
  const latest = process.interceptor?.contract?.latest
  return latest !== undefined && latest !== null && latest.seq === process.handled ? latest.breach : null
}

/** What is wrong with a value, in words, or `null`. */
function issuesOf(schema: StandardSchemaV1, value: unknown): string | null {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) throw new TypeError('a contract cannot wait for an async schema')
  if (result.issues === undefined) return null
  return result.issues
    .slice(0, 5)
    .map(({ message, path = [] }) => {
      const at = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
      return at === '' ? message : `${at}: ${message}`
    })
    .join('; ')
}
