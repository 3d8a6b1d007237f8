/**
 * Process groups, after OTP's `pg`: named sets of processes that come and go. A process may join a group several times and has to
 * leave it as often; one that ends leaves all its groups before those who monitor it are told. Groups need no creating: they are
 * there while they have members. Of one node.
 *
 * ```ts
 * pg.join(node, 'billing', ctx.self)
 * for (const member of pg.getMembers(node, 'billing')) ctx.send(member, { type: 'flush' })
 * ```
 */
import type { Context } from './context.ts'
import { MisuseError } from './errors.ts'
import { DEAD } from './flags.ts'
import type { Node } from './node.ts'
import { Pid } from './pid.ts'
import type { Proc } from './process.ts'
import type { Accepting } from './protocol.ts'

/** A group's name with the type of what its members accept. A plain string is a group of unknown members. */
export type Group<A = unknown> = string & { readonly accepts?: Accepting<A> }

/** Sent to those who monitor a group: who joined or left it, once for each joining. */
export interface GroupMessage {
  readonly type: 'join' | 'leave'
  readonly group: string
  readonly pid: Pid
}

/** The groups of one node. */
export class Groups {
  /** In the order of joining; a process stands once for each joining. */
  readonly members = new Map<string, Proc[]>()
  readonly watchers = new Map<string, Set<Proc>>()
}

/** The node from outside, or a handler's `ctx`. */
type Where = Node | Here
type Here = Pick<Context, 'node'>

export const pg = {
  /** A typed group of processes of `behaviour`. */
  groupOf<A>(_behaviour: { readonly accepts?: Accepting<A> }, name: string): Group<A> {
    return name as Group<A>
  },

  /** @throws {MisuseError} `bad_name` for an empty name, `bad_member` for a process that has ended. */
  join<A>(where: Where, group: Group<A>, pid: Pid<NoInfer<A>>): void {
    if (group === '') throw new MisuseError('bad_name', 'a group needs a name')
    const process = Pid.processOf(pid as Pid)
    if (process === null || (process.flags & DEAD) !== 0) {
      throw new MisuseError('bad_member', `${String(pid)} has ended and cannot join ${group}`)
    }
    const groups = groupsOf(where)
    const members = groups.members.get(group)
    if (members === undefined) groups.members.set(group, [process])
    else members.push(process)
    process.extra.groups ??= []
    process.extra.groups.push(group)
    tell(groups, 'join', group, process)
  },

  /** Takes back one joining; whether there was one. */
  leave(where: Where, group: Group, pid: Pid): boolean {
    const process = Pid.processOf(pid)
    const joined = process?.cold?.groups?.indexOf(group) ?? -1
    if (process === null || joined < 0) return false
    process.cold?.groups?.splice(joined, 1)
    remove(groupsOf(where), group, process)
    return true
  },

  /** In the order of joining, each as often as it joined. */
  getMembers<A = unknown>(where: Where, group: Group<A>): readonly Pid<A>[] {
    return (groupsOf(where).members.get(group) ?? []).map(({ pid }) => pid as Pid<A>)
  },

  /** Groups that have members. */
  whichGroups(where: Where): readonly string[] {
    return [...groupsOf(where).members.keys()]
  },

  /** From now on `ctx`'s process is sent a `GroupMessage` for each joining and leaving. Returns the members of now. */
  monitor<A = unknown>(ctx: Here, group: Group<A>): readonly Pid<A>[] {
    const { watchers } = groupsOf(ctx)
    const process = ctx as unknown as Proc
    const watching = watchers.get(group)
    if (watching === undefined) watchers.set(group, new Set([process]))
    else watching.add(process)
    process.extra.watchedGroups ??= new Set()
    process.extra.watchedGroups.add(group)
    return pg.getMembers(ctx, group)
  },

  /** Whether the group was monitored. */
  demonitor(ctx: Here, group: Group): boolean {
    const process = ctx as unknown as Proc
    process.cold?.watchedGroups?.delete(group)
    return unwatch(groupsOf(ctx), group, process)
  },
}

/** The process has ended: it leaves its groups, as often as it had joined them. */
export function leaveGroups(process: Proc): void {
  const { node, cold } = process
  if (cold === null) return
  for (const group of cold.watchedGroups ?? []) unwatch(node.groups, group, process)
  for (const group of cold.groups ?? []) remove(node.groups, group, process)
  cold.watchedGroups = null
  cold.groups = null
}

function groupsOf(where: Where): Groups {
  return 'node' in where ? where.node.groups : where.groups
}

function remove(groups: Groups, group: string, process: Proc): void {
  const members = groups.members.get(group)
  const at = members?.indexOf(process) ?? -1
  if (members === undefined || at < 0) return
  members.splice(at, 1)
  if (members.length === 0) groups.members.delete(group)
  tell(groups, 'leave', group, process)
}

function unwatch({ watchers }: Groups, group: string, process: Proc): boolean {
  const watching = watchers.get(group)
  const was = watching?.delete(process) ?? false
  if (watching?.size === 0) watchers.delete(group)
  return was
}

function tell(groups: Groups, type: GroupMessage['type'], group: string, { pid, node }: Proc): void {
  const message: GroupMessage = { type, group, pid }
  for (const watcher of groups.watchers.get(group) ?? []) {
    if ((watcher.flags & DEAD) === 0) node.deliver(watcher, message, null, undefined)
  }
}
