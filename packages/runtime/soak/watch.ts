/** Links and monitors that the soak makes, and whether each came to what it promises. */
import type { Context, DownMessage, ExitMessage, ExitReason, Node, Process } from '../src/index.ts'

/** Hidden processes that look on: they are neither killed nor counted as part of the tree. */
const ONLOOKER = { hidden: true } as const

interface Monitored {
  readonly target: Process
  isDone: boolean
  isRight: boolean
}

export class Watch {
  links = 0
  linksHonoured = 0
  private readonly node: Node
  private readonly monitored: Monitored[] = []
  private readonly reasons = new WeakMap<Process, ExitReason>()
  private monitorCount = 0
  private rightCount = 0

  constructor(node: Node) {
    this.node = node
  }

  /** The observer's word of an exit, to compare with what the monitor says. */
  noteExit(process: Process, reason: ExitReason): void {
    this.reasons.set(process, reason)
  }

  /** Watches a process; its end must be told once, with its reason. */
  monitor(target: Process): void {
    const entry: Monitored = { target, isDone: false, isRight: false }
    this.monitorCount += 1
    this.monitored.push(entry)
    this.node.spawn(async (ctx: Context<DownMessage>) => {
      const isLate = target.status === 'exited'
      const ref = ctx.monitor(target.pid)
      const down = await ctx.receive()
      const reason = isLate ? 'noproc' : this.reasons.get(target)
      entry.isRight = !entry.isDone && down.ref === ref && down.reason === reason
      entry.isDone = true
    }, ONLOOKER)
    if (this.monitored.length > 10_000) this.forget()
  }

  /** Two linked processes, one of which is killed: the other dies with it, or is told where it traps exits. */
  linkPair(isTrapping: boolean): void {
    this.links += 1
    this.node.spawn(async (ctx: Context<ExitMessage>) => {
      ctx.trapExit(true)
      const first = ctx.spawn(async (own: Context<never>) => {
        await own.receive()
      }, ONLOOKER)
      const second = ctx.spawnLink(async (own: Context<ExitMessage>) => {
        own.trapExit(isTrapping)
        own.link(first)
        own.exit(first, 'kill')
        const exit = await own.receive()
        // Only one that traps exits comes here.
        if (isTrapping && exit.from === first && exit.reason === 'killed') this.linksHonoured += 1
      }, ONLOOKER)
      const exit = await ctx.receive()
      const isTold = exit.from === second && exit.reason === (isTrapping ? 'normal' : 'killed')
      if (isTold && !isTrapping) this.linksHonoured += 1
    }, ONLOOKER)
  }

  /** Those whose target still lives have nothing to tell, and are honoured by that. */
  result(): { links: number; linksHonoured: number; monitors: number; monitorsHonoured: number } {
    const waiting = this.monitored.filter(
      ({ isDone, target }) => !isDone && target.status !== 'exited',
    ).length
    const right = this.monitored.filter(({ isRight }) => isRight).length
    return {
      links: this.links,
      linksHonoured: this.linksHonoured,
      monitors: this.monitorCount,
      monitorsHonoured: this.rightCount + right + waiting,
    }
  }

  /** What is told is summed up, so that an hour of it takes no memory. */
  private forget(): void {
    const open = this.monitored.filter(({ isDone }) => !isDone)
    this.rightCount += this.monitored.filter(({ isRight }) => isRight).length
    this.monitored.splice(0, this.monitored.length, ...open)
  }
}
