/**
 * Registry, after Elixir's Registry: names that are made while the system runs. A registry is a process with a name, a child like any other;
 * processes register themselves in it under a key, alone (`unique`) or with others (`duplicate`), with a value beside. Looking up takes no message.
 * Who ends is out of all registries before anybody is told; who is registered ends with the registry, as it would be lost otherwise.
 *
 * `Registry.via(registry, key)` is a name: it can be sent to and called, and given as the `name` of a child, which registers it.
 *
 * ```ts
 * const Calls = Registry.define({ module: 'Calls', keys: 'unique' })
 * child(Calls, { id: 'calls', name: 'calls' })
 * child(Call, { id: 'call', name: Registry.via('calls', '555-0100') })
 * ctx.cast(Registry.via('calls', '555-0100'), { type: 'ring' })
 * ```
 */
import type { Context } from './context.ts'
import { initialised } from './dispatch.ts'
import type { Behaviour, Driver } from './driver.ts'
import { MisuseError } from './errors.ts'
import { DEAD, TRAPS_EXIT } from './flags.ts'
import { Node } from './node.ts'
import type { Name, Pid } from './pid.ts'
import type { Proc } from './process.ts'
import { ExitSignal, link } from './signals.ts'
import { isOrderOfParent, obey } from './system.ts'

export type Keys = 'unique' | 'duplicate'

export interface Registered<V = unknown> {
  readonly pid: Pid
  readonly value: V
}

interface Entry {
  readonly process: Proc
  value: unknown
}

/** The entries of one registry, by key, in the order of registration. */
export class RegistryTable {
  readonly keys: Keys
  readonly process: Proc
  readonly entries = new Map<string, Entry[]>()

  constructor(keys: Keys, process: Proc) {
    this.keys = keys
    this.process = process
  }
}

/** The node from outside, or a handler's `ctx`. */
type Where = Node | Here
type Here = Pick<Context, 'node'>

const VIA = 'via:'

export const Registry = {
  /** A registry to be a child; it needs a name, which is how it is found. */
  define(definition: {
    readonly module: string
    readonly keys: Keys
    readonly version?: string
  }): Behaviour<undefined, never> {
    return new RegistryDriver(definition) as Driver as Behaviour<undefined, never>
  },

  /** The process under a key, as a name. Neither part may be empty, nor the registry's name hold a colon. */
  via<A = unknown>(registry: string, key: string): Name<A> {
    if (registry === '' || key === '' || registry.includes(':'))
      throw new MisuseError('bad_name', `not a name: ${VIA}${registry}:${key}`)
    return `${VIA}${registry}:${key}` as Name<A>
  },

  /** @throws {MisuseError} `already_registered` for a unique key that is taken, `no_registry` */
  register(ctx: Here, registry: string, key: string, value?: unknown): void {
    add(tableOf(ctx, registry), key, ctx as unknown as Proc, value)
  },

  /** The caller's own registration; whether there was one. */
  unregister(ctx: Here, registry: string, key: string): boolean {
    return drop(tableOf(ctx, registry), key, ctx as unknown as Proc)
  },

  lookup<V = unknown>(where: Where, registry: string, key: string): readonly Registered<V>[] {
    return (tableOf(where, registry).entries.get(key) ?? []).map(({ process, value }) => ({
      pid: process.pid,
      value: value as V,
    }))
  },

  /** The caller's own value under a unique key; `null` where it has none. */
  updateValue<V>(ctx: Here, registry: string, key: string, update: (value: V) => V): V | null {
    const entry = tableOf(ctx, registry)
      .entries.get(key)
      ?.find(({ process }) => process === (ctx as unknown as Proc))
    if (entry === undefined) return null
    entry.value = update(entry.value as V)
    return entry.value as V
  },

  /** Keys of one process. */
  keysOf(where: Where, registry: string, pid: Pid): readonly string[] {
    const keys: string[] = []
    for (const [key, entries] of tableOf(where, registry).entries) {
      if (entries.some(({ process }) => process.pid === pid)) keys.push(key)
    }
    return keys
  },

  /** Calls `run` with all that are registered under a key; for messages to many. */
  dispatch<V = unknown>(
    where: Where,
    registry: string,
    key: string,
    run: (registered: readonly Registered<V>[]) => void,
  ): void {
    const all = Registry.lookup<V>(where, registry, key)
    if (all.length > 0) run(all)
  },

  /** Registrations. */
  count(where: Where, registry: string): number {
    let count = 0
    for (const entries of tableOf(where, registry).entries.values()) count += entries.length
    return count
  },
}

/** The process behind a name made by `via`, `null` for any other name. */
export function processVia(node: Node, name: string): Proc | null {
  const { registry, key } = parts(name)
  return node.registries.get(registry)?.entries.get(key)?.[0]?.process ?? null
}

export function isVia(name: string): boolean {
  return name.startsWith(VIA)
}

/** A process is started under a name made by `via`. */
export function registerVia(node: Node, name: string, process: Proc): void {
  const { registry, key } = parts(name)
  add(tableOf(node, registry), key, process, undefined)
}

/** The process has ended. */
export function leaveRegistries(process: Proc): void {
  const { cold } = process
  for (const { table, key } of cold?.registered ?? []) drop(table, key, process)
  if (cold !== null) cold.registered = null
}

function parts(name: string): { registry: string; key: string } {
  const at = name.indexOf(':', VIA.length)
  return { registry: name.slice(VIA.length, at), key: name.slice(at + 1) }
}

function tableOf(where: Where, registry: string): RegistryTable {
  const node = where instanceof Node ? where : where.node
  const table = node.registries.get(registry)
  if (table === undefined) throw new MisuseError('no_registry', `no registry is called ${registry}`)
  return table
}

function add(table: RegistryTable, key: string, process: Proc, value: unknown): void {
  if ((process.flags & DEAD) !== 0) return process.node.refuse()
  const entries = table.entries.get(key)
  const first = entries?.[0]
  if (first !== undefined && table.keys === 'unique')
    throw new MisuseError('already_registered', `${key} is registered by ${first.process.pid}`)
  if (entries === undefined) table.entries.set(key, [{ process, value }])
  else entries.push({ process, value })
  process.extra.registered ??= []
  process.extra.registered.push({ table, key })
  link(table.process, process)
}

function drop(table: RegistryTable, key: string, process: Proc): boolean {
  const entries = table.entries.get(key)
  const at = entries?.findIndex((entry) => entry.process === process) ?? -1
  if (entries === undefined || at < 0) return false
  entries.splice(at, 1)
  if (entries.length === 0) table.entries.delete(key)
  return true
}

class RegistryDriver implements Driver {
  readonly behaviour = 'Registry'
  readonly module: string
  readonly initialCall: string
  readonly version: string | null
  readonly kind = 'worker'
  readonly hasTerminate = false
  private readonly keys: Keys

  constructor({ module, keys, version }: { module: string; keys: Keys; version?: string }) {
    this.module = module
    this.initialCall = `${module}.init`
    this.version = version ?? null
    this.keys = keys
  }

  init(process: Proc): undefined {
    const { name, node } = process
    if (name === null) throw new MisuseError('bad_name', `registry ${this.module} needs a name`)
    process.flags |= TRAPS_EXIT
    const table = new RegistryTable(this.keys, process)
    process.state = table
    node.registries.set(name, table)
    initialised(process)
  }

  /** Those who ended have left already; their exits are of no more interest. */
  handle(process: Proc, _message: unknown, _sender: Proc | null, meta: unknown): undefined {
    if (!(meta instanceof ExitSignal)) process.node.counters.unhandled += 1
    else if (isOrderOfParent(process, meta)) {
      obey(process, meta)
    }
  }

  next(): undefined {
    return undefined
  }

  settled(): undefined {
    return undefined
  }

  terminate(): undefined {
    return undefined
  }

  ended({ name, node, state }: Proc): void {
    if (name !== null && node.registries.get(name) === state) node.registries.delete(name)
  }

  getState(process: Proc): unknown {
    return this.formatState(process)
  }

  formatState({ state }: Proc): unknown {
    if (!(state instanceof RegistryTable)) return undefined
    return {
      keys: state.keys,
      entries: [...state.entries].map(([key, at]) => ({ key, pids: at.map(({ process }) => process.pid) })),
    }
  }
}
