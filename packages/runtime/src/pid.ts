/** Process identifiers and registered names: what a message is sent to. */
import type { Proc } from './process.ts'
import type { Accepting } from './protocol.ts'

/**
 * Names one life of one process: an immutable value that may be sent, kept and compared with `===`. It stays valid
 * for ever; once its process is gone, what is sent to it is a dead letter. `A` says what the process accepts.
 */
export class Pid<A = unknown> {
  declare readonly accepts?: Accepting<A>
  /** Never reused within one node. */
  readonly id: number
  #process: Proc | null

  /** @internal Pids are made by `spawn`. */
  constructor(id: number, process: Proc | null) {
    this.id = id
    this.#process = process
  }

  /** @internal The living process, or `null`. */
  static processOf(pid: Pid): Proc | null {
    return pid.#process
  }

  /** @internal An ended process must not be kept by those who still hold its pid. */
  static release(pid: Pid): void {
    pid.#process = null
  }

  toString(): string {
    return `<0.${this.id}.0>`
  }

  toJSON(): string {
    return this.toString()
  }
}

/**
 * A registered name with the type of what its holder accepts: it survives restarts, which a pid does not.
 * Make one with {@link nameOf}.
 */
export type Name<A = unknown> = string & { readonly accepts?: Accepting<A> }

/** Where a message can go: a pid, a typed name, or a plain string naming a process of unknown type. */
export type To<A = unknown> = Pid<A> | Name<A>

/** A typed registered name for processes of `behaviour`. */
export function nameOf<A>(_behaviour: { readonly accepts?: Accepting<A> }, name: string): Name<A> {
  return name as Name<A>
}
