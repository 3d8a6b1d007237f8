/** Links and monitors as data. Most processes have one link, so one is held without a set. */
import type { Pid } from './pid.ts'
import type { Proc } from './process.ts'

export type Links = Set<Proc> | Proc | null

export function withLink(links: Links, peer: Proc): Links {
  if (links === null || links === peer) return peer
  if (links instanceof Set) return links.add(peer)
  return new Set([links, peer])
}

export function withoutLink(links: Links, peer: Proc): Links {
  if (links === peer) return null
  if (links instanceof Set) {
    links.delete(peer)
    return links.size === 0 ? null : links
  }
  return links
}

export function hasLink(links: Links, peer: Proc): boolean {
  return links === peer || (links instanceof Set && links.has(peer))
}

export function each(links: Links, visit: (peer: Proc) => void): void {
  if (links === null) return
  if (links instanceof Set) for (const peer of links) visit(peer)
  else visit(links)
}

/** A monitor, as `monitor` returns it and `DOWN` messages carry it. */
export interface MonitorRef {
  readonly id: number
}

export class Monitor implements MonitorRef {
  readonly id: number
  readonly watcher: Proc
  readonly target: Proc | null
  /** As it was given: the pid of a process that has ended, too; `null` for a name that nobody has. */
  readonly pid: Pid | null

  constructor(id: number, watcher: Proc, target: Proc | null, pid: Pid | null) {
    this.id = id
    this.watcher = watcher
    this.target = target
    this.pid = pid
  }
}
