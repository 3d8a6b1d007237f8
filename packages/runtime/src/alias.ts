/**
 * Process aliases, after OTP 24: a second address of a process that it can take back. Whoever holds one can send to the process
 * until then; what comes later is a dead letter and reaches nobody, least of all the next one to ask.
 */
import { DEAD } from './flags.ts'
import { Pid } from './pid.ts'
import type { Proc } from './process.ts'

/** Made by `ctx.alias()`. Goes wherever a pid goes. */
export class Alias<A = unknown> extends Pid<A> {
  override toString(): string {
    return `#Alias${super.toString()}`
  }
}

export function makeAlias(process: Proc): Alias {
  const alias = new Alias(process.id, (process.flags & DEAD) === 0 ? process : null)
  process.extra.aliases ??= new Set()
  process.extra.aliases.add(alias)
  return alias
}

/** Whether it was active. */
export function takeBack(process: Proc, alias: Pid): boolean {
  const isOwn = process.cold?.aliases?.delete(alias as Alias) ?? false
  if (isOwn) Pid.release(alias)
  return isOwn
}

/** The process has ended; nobody's alias may keep it. */
export function releaseAliases(aliases: ReadonlySet<Alias>): void {
  for (const alias of aliases) Pid.release(alias)
}
