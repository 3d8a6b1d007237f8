/** The storm node from outside: a process of its own that crashes as often as it is told to, and says how often it did. */
import type { AgentStatus } from '@orrery/agent'
import { type ChildNode, forkNode } from './child-node.ts'
import type { StormAnswer, StormOrder } from './storm-node.ts'

export interface StormNode extends AsyncDisposable {
  readonly pid: number
  /** Of its agent, as told last; `null` before the first word. */
  readonly status: AgentStatus | null
  /** Crashes so many a second; resolves when all have happened. */
  storm(perS: number, seconds: number): Promise<Took>
  /** Crashes as much as it can, the agent's work going on or paused. */
  saturate(seconds: number, isWatched: boolean): Promise<Took & { cpuSeconds: number }>
  /** What happened, counted where it happened. */
  count(): Promise<Count>
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** The program, for a constellation's `fork`. */
export const STORM_NODE = new URL('./storm-node.ts', import.meta.url)

export interface Took {
  crashes: number
  seconds: number
}

export interface Count {
  byModule: Record<string, number>
  crashes: number
  restarts: number
}

/** `settings` as the environment gives them; `STORM_NAME` is the node's name. */
export function forkStorm(settings: Record<string, string>): StormNode {
  return stormOver(forkNode(STORM_NODE, settings))
}

/** A storm node that somebody else forked, such as `constellation.fork(STORM_NODE)`. */
export function stormOver(node: ChildNode): StormNode {
  const { child } = node
  let status: AgentStatus | null = null
  child.on('message', (told: { status?: AgentStatus }) => {
    status = told.status ?? status
  })
  const ask = <T>(order: StormOrder, pick: (answer: StormAnswer) => T | null): Promise<T> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the storm node ended with ${code}`))
      const listen = (answer: StormAnswer): void => {
        const picked = pick(answer)
        if (picked === null) return
        child.off('message', listen)
        child.off('exit', ended)
        resolve(picked)
      }
      child.on('message', listen)
      child.once('exit', ended)
      node.order(order)
    })
  return {
    pid: child.pid ?? 0,
    get status() {
      return status
    },
    storm: (perS, seconds) =>
      ask({ storm: { perS, seconds } }, (answer) => ('stormed' in answer ? answer.stormed : null)),
    saturate: (seconds, isWatched) =>
      ask({ saturate: { seconds, isWatched } }, (answer) =>
        'saturated' in answer ? answer.saturated : null,
      ),
    count: () => ask({ count: true }, (answer) => ('counted' in answer ? answer.counted : null)),
    kill: node.kill,
    [Symbol.asyncDispose]: () => node.kill(),
  }
}
