/** Plays a scenario on this runtime, under virtual time. */
import {
  type Behaviour,
  CallError,
  type Context,
  child,
  Exit,
  type ExitReason,
  GenServer,
  ignore,
  type MonitorRef,
  Node,
  noreply,
  type Pid,
  type Process,
  reasonTag,
  type ChildSpec as Specification,
  StartError,
  Supervisor,
  stop,
} from '../src/index.ts'
import { type VirtualTime, virtualTime } from '../src/testing.ts'
import type {
  ChildSpec,
  Command,
  Reason,
  Scenario,
  Step,
  SupervisorSpec,
  Trace,
  WorkerSpec,
} from './scenario.ts'

const TICK_MS = 20
const MOST_TICKS = 10_000

interface Life {
  readonly id: string
  readonly n: number
  readonly pid: Pid
  readonly above: Life | null
  ending: string
  /** Of a worker: its `init` succeeded. */
  isUp: boolean
  end: { readonly step: number; readonly reason: string } | null
}

type Event =
  | { readonly what: 'start' | 'exit'; readonly life: Life }
  | {
      readonly what: 'told'
      readonly life: Life
      readonly step: number
      readonly from: string
      readonly text: string
    }

/** What a worker is told: the peer by its pid. */
type Told = { type: 'tell'; command: Command; peer: Pid | null }

export async function play(scenario: Scenario): Promise<Trace> {
  return await new Player(scenario).play()
}

class Player {
  private readonly scenario: Scenario
  private readonly time: VirtualTime
  private readonly node: Node
  private readonly log: Event[] = []
  private readonly lives = new Map<string, Life>()
  private readonly starts = new Map<string, number>()
  private readonly last = new Map<string, Life>()
  private readonly specs = new Map<string, SupervisorSpec>()
  private step = 0
  private driver!: Context

  constructor(scenario: Scenario) {
    this.scenario = scenario
    this.time = virtualTime(scenario.seed)
    this.node = new Node({ name: 'differential@localhost', ...this.time.options, messages: 'share' })
    this.node.hooks = {
      processStarted: (process) => {
        if (process.kind === 'supervisor') this.began(process, process.module)
      },
      processExited: (process, { reason }) => {
        const life = this.lives.get(process.pid.toString())
        if (life === undefined) return
        life.end = { step: this.step, reason: canon(reason) }
        this.log.push({ what: 'exit', life })
      },
    }
  }

  async play(): Promise<Trace> {
    const { node, scenario } = this
    node.spawn({
      init: (ctx: Context) => {
        this.driver = ctx
        ctx.trapExit(true)
      },
      handle: () => undefined,
    })
    await this.time.settle()
    const lines: string[] = []
    if (scenario.root !== null) {
      const { root } = scenario
      lines.push(`R 0 ${await this.settled(started(this.driver.startLink(this.supervisor(root))))}`)
    }
    for (const spec of scenario.free) node.spawn(this.worker(spec), { args: spec.id })
    await this.settle()
    for (const [i, step] of scenario.steps.entries()) {
      this.step = i + 1
      lines.push(`R ${i + 1} ${await this.perform(step)}`)
    }
    for (const { id, pid } of this.last.values()) {
      if (!this.isSupervisor(pid)) continue
      lines.push(`F ${id} ${await this.settled(this.children(id, pid))}`)
    }
    const trace = [...lines, ...this.trace()].map((line) => line.trimEnd()).sort()
    await this.sweep()
    return trace
  }

  private async sweep(): Promise<void> {
    for (const process of this.node.processes()) this.node.exit(process, 'kill')
    const stopped = this.node.stop()
    await this.time.settle()
    await stopped
  }

  /** Everything at rest: no supervisor waits for a child that takes its time. */
  private async settle(): Promise<void> {
    for (let ticks = 0; ; ticks++) {
      await this.time.settle()
      const isBusy = [...this.node.processes()].some(
        ({ kind, status }) => kind === 'supervisor' && (status === 'handling' || status === 'starting'),
      )
      if (!isBusy) return
      if (ticks > MOST_TICKS) throw new Error(`scenario ${this.scenario.seed} does not come to rest`)
      await this.time.advance(TICK_MS)
    }
  }

  private async settled(answer: Promise<string>): Promise<string> {
    let text = 'unanswered'
    const done = answer.then((value) => {
      text = value
    })
    await this.settle()
    await Promise.race([done, Promise.resolve()])
    await this.settle()
    return text
  }

  private async perform(step: Step): Promise<string> {
    if (step.step === 'wait') {
      await this.time.advance(step.ms)
      await this.settle()
      return 'ok'
    }
    const target = this.alive(step.id)
    if (target === null) return 'gone'
    const answer = await this.settled(this.ask(target, step))
    return answer
  }

  private async ask(target: Pid, step: Exclude<Step, { step: 'wait' }>): Promise<string> {
    const { node } = this
    switch (step.step) {
      case 'tell':
        return this.tell(target, step.command)
      case 'exit':
        this.driver.exit(target, reasonOf(step.reason))
        return 'ok'
      case 'start_child':
        return await started(
          Supervisor.startChild(node, target as Pid<never>, this.child(step.child) as never),
        )
      case 'start_pooled':
        return await started(Supervisor.startChild(node, target as Pid<never>, step.child as never))
      case 'restart_child':
        return await started(Supervisor.restartChild(node, target, step.child))
      case 'terminate_child':
        return await answered(Supervisor.terminateChild(node, target, step.child).then(() => 'ok'))
      case 'delete_child':
        return await answered(Supervisor.deleteChild(node, target, step.child).then(() => 'ok'))
      case 'which_children':
        return await answered(this.children(step.id, target))
      case 'count_children': {
        const counts = await Supervisor.countChildren(node, target)
        return `${counts.specs}/${counts.active}/${counts.supervisors}/${counts.workers}`
      }
      default:
        return step satisfies never
    }
  }

  private tell(target: Pid, command: Command): string {
    let peer: Pid | null = null
    if ('peer' in command) {
      const latest = this.last.get(command.peer)
      peer = this.alive(command.peer) ?? (command.do === 'monitor' ? (latest?.pid ?? null) : null)
      if (peer === null) return 'gone'
    }
    const told: Told = { type: 'tell', command, peer }
    this.node.cast(target, told)
    return 'ok'
  }

  private alive(id: string): Pid | null {
    const life = this.last.get(id)
    return life === undefined || life.end !== null ? null : life.pid
  }

  private isSupervisor(pid: Pid): boolean {
    return this.node.process(pid)?.kind === 'supervisor'
  }

  private async children(id: string, pid: Pid): Promise<string> {
    if (this.specs.get(id)?.strategy !== 'simple_one_for_one') return await this.which(pid)
    return String((await Supervisor.countChildren(this.node, pid)).active)
  }

  private async which(pid: Pid): Promise<string> {
    const children = await Supervisor.whichChildren(this.node, pid)
    return children.map((at) => `${at.id}=${stateOf(at)}/${at.kind}`).join(' ')
  }

  private began(process: Process, id: string): Life {
    const n = (this.starts.get(id) ?? 0) + 1
    this.starts.set(id, n)
    const above = process.parent === null ? null : (this.lives.get(process.parent.pid.toString()) ?? null)
    const life: Life = { id, n, pid: process.pid, above, ending: '', isUp: false, end: null }
    this.lives.set(process.pid.toString(), life)
    this.last.set(id, life)
    this.log.push({ what: 'start', life })
    return life
  }

  private told(life: Life, from: Pid | null, text: string): void {
    const sender = from === null ? 'nobody' : from.toString()
    const isDriver = sender === this.driver.self.toString()
    const name = isDriver ? 'driver' : (this.lives.get(sender)?.id ?? sender)
    this.log.push({ what: 'told', life, step: this.step, from: name, text })
  }

  private child(spec: ChildSpec): Specification {
    const { id, restart, significant, shutdown } = spec
    return spec.kind === 'supervisor'
      ? child(this.supervisor(spec), { id, restart, significant, shutdown })
      : child(this.worker(spec), { id, restart, significant, shutdown, args: id })
  }

  private supervisor(spec: SupervisorSpec): Behaviour<undefined, unknown> {
    const { id, strategy, intensity, periodS, autoShutdown } = spec
    this.specs.set(id, spec)
    const flags = { module: id, intensity, periodMs: periodS * 1_000, autoShutdown }
    if (strategy !== 'simple_one_for_one') {
      return Supervisor.define({
        ...flags,
        strategy,
        children: () => spec.children.map((each) => this.child(each)),
      })
    }
    const worker = spec.children[0] as WorkerSpec
    const module = this.worker(worker)
    const { restart, significant, shutdown } = worker
    return Supervisor.define<{ childArgs: string }>({
      ...flags,
      strategy,
      child: (args) => child(module, { id: worker.id, restart, significant, shutdown, args }),
    })
  }

  private worker(spec: WorkerSpec) {
    interface State {
      readonly life: Life
      readonly monitors: Map<Pid, MonitorRef>
    }
    return GenServer.define<{ args: string; state: State; casts: { tell: Omit<Told, 'type'> } }>({
      module: 'Worker',
      init: (id, ctx) => {
        const process = ctx.node.process(ctx.self as Pid) as Process
        const life = this.began(process, id)
        ctx.trapExit(spec.traps)
        const begin = () => {
          switch (spec.starts[life.n - 1] ?? 'ok') {
            case 'ok':
              life.isUp = true
              return { life, monitors: new Map() }
            case 'stop':
              return stop('boom')
            case 'exit':
              throw new Exit('boom')
            case 'throw':
              throw new Error('boom')
            case 'ignore':
              return ignore()
          }
        }
        return spec.isAsync ? Promise.resolve().then(begin) : begin()
      },
      handleCast: {
        tell: ({ command, peer }, state, ctx) => {
          const other = peer as Pid
          switch (command.do) {
            case 'stop':
              return stop(reasonOf(command.reason), state)
            case 'throw':
              throw new Error('boom')
            case 'trap':
              ctx.trapExit(command.on)
              break
            case 'link':
              ctx.link(other)
              break
            case 'unlink':
              ctx.unlink(other)
              break
            case 'monitor':
              state.monitors.set(other, ctx.monitor(other))
              break
            case 'demonitor': {
              const ref = state.monitors.get(other)
              if (ref !== undefined) ctx.demonitor(ref)
              state.monitors.delete(other)
              break
            }
            case 'exit':
              ctx.exit(other, reasonOf(command.reason))
              break
            default:
              command satisfies never
          }
          return noreply(state)
        },
      },
      handleOtherInfo: (message, state) => {
        const { type, from, pid, reason } = message as {
          type: string
          from?: Pid
          pid?: Pid
          reason: ExitReason
        }
        this.told(state.life, from ?? pid ?? null, `${type}:${canon(reason)}`)
        return noreply(state)
      },
      terminate: (reason, { life }) => {
        life.ending = ` T:${canon(reason)}`
        if (spec.stop === 'crash') throw new Error('boom')
        return spec.stop === 'hang' ? new Promise(() => undefined) : undefined
      },
    })
  }

  private trace(): string[] {
    const lives = [...this.lives.values()]
    return [
      ...lives.map(lifeLine),
      ...lives.filter(({ id }) => this.specs.has(id)).map((life) => this.order(life)),
      ...this.messages(),
    ]
  }

  private order(life: Life): string {
    const isFull = this.specs.get(life.id)?.order === 'full'
    const events: string[] = []
    for (const event of this.log) {
      if (event.what === 'told') continue
      if (event.what === 'exit' && event.life === life) break
      if (event.life.above !== life) continue
      if (event.what === 'start') events.push(` +${event.life.id}`)
      else if (isFull && !isFailedStart(event.life)) events.push(` -${event.life.id}`)
    }
    return `O ${life.id} ${life.n}${events.join('')}`
  }

  private messages(): string[] {
    const lines = new Map<string, string>()
    for (const event of this.log) {
      if (event.what !== 'told' || event.life.end?.step === event.step) continue
      const key = `M ${event.life.id} ${event.life.n} ${event.from}`
      lines.set(key, `${lines.get(key) ?? key} ${event.text}`)
    }
    return [...lines.values()]
  }
}

function lifeLine(life: Life): string {
  const { id, n, ending, end } = life
  const ended = isFailedStart(life) ? 'X:failed' : `X:${end?.reason}`
  return `L ${id} ${n}${ending} ${end === null ? 'alive' : ended}`
}

/** A process whose start failed tells its parent before it ends, and the parent goes on, and may be the first to end. */
function isFailedStart({ id, isUp, end }: Life): boolean {
  if (id.startsWith('s')) return end?.reason.startsWith('shutdown:failed_to_start_child') === true
  return !isUp
}

function stateOf(at: { pid: Pid | null; isRestarting: boolean }): string {
  if (at.isRestarting) return 'restarting'
  return at.pid === null ? 'down' : 'up'
}

async function started(pid: Promise<Pid | null>): Promise<string> {
  return await answered(pid.then((given) => (given === null ? 'ignore' : 'ok')))
}

async function answered(answer: Promise<string>): Promise<string> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof CallError) return 'exit'
    if (!(error instanceof StartError)) throw error
    return error.reason === 'ignore' ? 'ignore' : `error ${canon(error.reason)}`
  }
}

function reasonOf(reason: Reason): ExitReason {
  return reason === 'shutdown:x' ? { shutdown: 'x' } : reason
}

function canon(reason: ExitReason): string {
  if (reason instanceof Error) return 'error'
  if (typeof reason === 'string') return reason
  if (!('shutdown' in reason)) return reasonTag(reason)
  const what = reason.shutdown as ExitReason & { id: string; reason: ExitReason }
  if (typeof what === 'string') return `shutdown:${what}`
  return `shutdown:failed_to_start_child:${what.id}:${canon(what.reason)}`
}
