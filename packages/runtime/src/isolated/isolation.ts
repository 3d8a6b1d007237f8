/**
 * Isolated processes: a process whose code and state live in a worker thread of their own. An endless loop or an exhausted heap there is a
 * crash of that process like any other; everybody else goes on. Its mailbox stays with its node, so it is seen, suspended, killed and
 * supervised as if it were not isolated.
 *
 * ```ts
 * child(Parser, { id: 'parser', isolated: { module: new URL('./parser.ts', import.meta.url), export: 'Parser' } })
 * ```
 *
 * Closures cannot cross, so the module is named and loaded there; `Parser` here is the same value, for its types and its name. Messages, replies
 * and arguments are cloned (structured clone; pids, monitor references and callers stay what they are); what cannot be is a crash of
 * its sender, `not_cloneable`. In an isolated process `ctx` cannot spawn, receive, or join groups and registries.
 */

export interface Isolation {
  /** What the worker imports: a URL, or the text of one. */
  readonly module: string | URL
  /** The export that holds the behaviour. */
  readonly export: string
  /** Limit of its V8 heap in megabytes; buffers stand outside. Default 64. */
  readonly heapMb?: number
  /**
   * Within so long an endless loop is noticed: of five signs of life that are asked for in that time three have stayed away.
   * Milliseconds, default 2,000.
   */
  readonly heartbeatMs?: number
  /** Flags of Node for the worker; default those of this process. */
  readonly execArgv?: readonly string[]
}

export const DEFAULT_HEAP_MB = 64
export const DEFAULT_HEARTBEAT_MS = 2_000
