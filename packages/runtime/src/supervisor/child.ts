/** Child specifications. */
import type { ProcessFlags } from '../context.ts'
import type { Behaviour } from '../driver.ts'
import { MisuseError } from '../errors.ts'
import type { ChildSpecFacts, Restart, Shutdown } from '../hooks.ts'

/** Waits before a restart, longer each time; not in OTP, off by default. */
export interface Backoff {
  initialMs: number
  maxMs: number
  /** Default 2. */
  factor?: number
}

export interface ChildOptions<Args> extends ProcessFlags {
  /** Unique among its siblings. */
  id: string
  args?: Args
  name?: string
  label?: string
  /** `permanent` is always restarted, `transient` after an abnormal end, `temporary` never. Default `permanent`. */
  restart?: Restart
  /** Default 5,000 ms for workers, `infinity` for supervisors. */
  shutdown?: Shutdown
  /** Its end can end its supervisor, by `autoShutdown`; not for `permanent` children. Default `false`. */
  significant?: boolean
  backoff?: Backoff
  immune?: boolean
}

export interface ChildSpec {
  readonly facts: ChildSpecFacts
  readonly behaviour: Behaviour<never, unknown>
  readonly args: unknown
  readonly name: string | undefined
  readonly label: string | undefined
  readonly backoff: Backoff | null
  readonly immune: boolean
  readonly flags: ProcessFlags
}

type NeedsArgs<Args> = undefined extends Args ? unknown : { args: Args }

/** A child of a supervisor: what to start and how to treat it. */
export function child<Args, A>(
  behaviour: Behaviour<Args, A>,
  options: ChildOptions<Args> & NeedsArgs<Args>,
): ChildSpec {
  const {
    id,
    restart = 'permanent',
    shutdown = behaviour.kind === 'supervisor' ? 'infinity' : 5_000,
    significant = false,
  } = options
  if (typeof id !== 'string' || id === '') throw new MisuseError('bad_spec', 'a child needs an id')
  if (typeof shutdown === 'number' && !(shutdown >= 0)) {
    throw new MisuseError('bad_spec', `child ${id}: shutdown is milliseconds, brutal_kill or infinity`)
  }
  if (significant && restart === 'permanent') {
    throw new MisuseError(
      'bad_spec',
      `child ${id}: a permanent child never ends for good, so it cannot be significant`,
    )
  }
  return {
    facts: {
      id,
      restart,
      shutdown,
      kind: behaviour.kind,
      module: behaviour.module,
      significant,
      args: options.args,
    },
    behaviour: behaviour as Behaviour<never, unknown>,
    args: options.args,
    name: options.name,
    label: options.label,
    backoff: options.backoff ?? null,
    immune: options.immune ?? false,
    flags: flagsOf(options),
  }
}

function flagsOf({ priority, maxMailbox, flightRecorder, isolated }: ProcessFlags): ProcessFlags {
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(maxMailbox === undefined ? {} : { maxMailbox }),
    ...(flightRecorder === undefined ? {} : { flightRecorder }),
    ...(isolated === undefined ? {} : { isolated }),
  }
}
