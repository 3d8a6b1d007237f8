/**
 * What a kind of fault is, as far as everybody needs to know: its name, its form, its rules, how it is undone and how that is proven. One file for each
 * stands in `kinds/`; how it is done stands in the agent, under the same name (`packages/agent/src/faults/kinds/`).
 */
import type { z } from 'zod'

/** How far it reaches: its process, its siblings too, the node, the cluster. */
export type Reach = 1 | 2 | 3 | 4
/** What it is laid upon: processes (and edges into them), a named port, a supervisor, or the node itself. */
export type FaultScope = 'process' | 'supervisor' | 'port' | 'node'

/** One field of a form. What it yields stands under `name` in the parameters. */
export type FormField = FormFieldBase &
  (
    | { type: 'number'; min: number; max: number; unit: string; scale: 'linear' | 'log'; default: number }
    | { type: 'text'; maxLength: number; default: string }
    | { type: 'choice'; options: readonly { value: string; label: string }[]; default: string }
    | { type: 'switch'; default: boolean }
  )

interface FormFieldBase {
  name: string
  label: string
  /** One line, for whoever does not know it. */
  about: string
}

export interface FaultKind<P = Record<string, unknown>> {
  /** As in a request: `throw`, `delay`. The capability a node announces is `fault.` and this. */
  kind: string
  title: string
  group: 'process' | 'messages' | 'node'
  /** What happens, in one line. */
  summary: string
  reach: Reach
  scope: FaultScope
  /** A `shot` is over as soon as it is done; a `lease` lasts, and ends by itself. */
  life: 'shot' | 'lease'
  /** It fires once for each message it is asked about, so it takes a `when`; `null` for one that does not. */
  when: When | null
  /** It may be laid on an edge: the messages of given senders only. */
  hasEdges: boolean
  parameters: z.ZodType<P>
  form: readonly FormField[]
  undone: string
  /** How it is read back that it is undone. */
  proof: string
  /** Whether a crash can prove that it comes of a firing; else such a crash is only downstream of it. */
  isDirect: boolean
  /** Somebody has to type the name of what is hit before it is run from a page. */
  needsTyping: boolean
}

/**
 * When a fault fires, of the messages it is asked about. After snabbkaffe's nemesis: always, once, n times and then never
 * again, with a probability, or on for a while and off for a while. Counted for each logical process on its own.
 */
export type When =
  | { kind: 'always' }
  | { kind: 'once' }
  | { kind: 'times'; times: number }
  | { kind: 'probability'; probability: number }
  | { kind: 'duty'; onMs: number; offMs: number }
