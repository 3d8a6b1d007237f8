/**
 * Free text looked for in a hundred thousand processes while somebody types: no texts are put together and no case is changed
 * that need not be. Finds what `matches` finds.
 */
import type { Query } from '@orrery/protocol/query'
import { NONE } from '../columns.ts'
import { displayName } from '../names.ts'
import type { Processes } from '../processes.ts'

export interface TextScan {
  has(processes: Processes, index: number): boolean
  /**
   * How well it is meant, 0 the best: its whole name, how the name begins, a word of it, a part of it, anything else. Among
   * equals whoever has a name of its own, and supervisors, stand first.
   */
  rank(processes: Processes, index: number): number
}

/** Members of pools stand behind whoever has a name or a place of their own, unless they are meant exactly. */
const IS_MEMBER = 16

/** `null` where a query asks for more than text, or for nothing. */
export function textScan(query: Query): TextScan | null {
  const parts: Part[] = []
  for (const clause of query.clauses) {
    if (clause.kind !== 'text' || clause.isNegated) return null
    parts.push(new Part(clause.text.toLowerCase()))
  }
  if (parts.length === 0) return null
  return {
    has: (processes, index) => parts.every((part) => part.isIn(processes, index)),
    rank(processes, index) {
      const name = displayName(processes, index)
      const pid = processes.columns.pid[index] ?? ''
      const worst = Math.max(...parts.map((part) => part.rank(name, pid)))
      const isNamed = (processes.columns.name[index] ?? '') !== '' || processes.isSupervisor(index)
      const isMember = worst > 0 && processes.pools.of(index)?.isFolded === true
      return 2 * worst + (isNamed ? 0 : 1) + (isMember ? IS_MEMBER : 0)
    },
  }
}

class Part {
  readonly #text: string
  /** Whether it could lie across a module and the slot behind it (`worker 12`), or in the slot alone. */
  readonly #hasSlot: boolean
  /** By number of the spec, of the node looked at last. */
  #modules: (boolean | undefined)[] = []
  #of: Processes | null = null

  constructor(text: string) {
    this.#text = text
    this.#hasSlot = /^\d+$| \d*$/.test(text)
  }

  isIn(processes: Processes, index: number): boolean {
    const { columns: c } = processes
    const name = c.name[index] ?? ''
    const parent = c.parent[index] ?? NONE
    return (
      this.#isInModule(processes, c.spec[index] ?? -1) ||
      this.#lies(c.childId[index] ?? '') ||
      this.#lies(c.pid[index] ?? '') ||
      this.#lies(name) ||
      this.#lies(c.label[index] ?? '') ||
      (this.#hasSlot &&
        name === '' &&
        processes.isDynamic(parent) &&
        this.#lies(displayName(processes, index)))
    )
  }

  rank(name: string, pid: string): number {
    const within = name.toLowerCase()
    if (within === this.#text || pid.toLowerCase() === this.#text) return 0
    const at = within.indexOf(this.#text)
    if (at <= 0) return at === 0 ? 1 : 4
    return this.#beginsWord(name, within) ? 2 : 3
  }

  /** `link` begins a word of `trunk_link` and of `TrunkLink`, not of `blink`. */
  #beginsWord(name: string, within: string): boolean {
    for (let at = within.indexOf(this.#text); at >= 0; at = within.indexOf(this.#text, at + 1)) {
      const isApart = !/[\p{L}\p{N}]/u.test(name[at - 1] ?? ' ')
      const isHump = /\p{Lu}/u.test(name[at] ?? '') && !/\p{Lu}/u.test(name[at - 1] ?? '')
      if (isApart || isHump) return true
    }
    return false
  }

  #lies(within: string): boolean {
    return within !== '' && within.toLowerCase().includes(this.#text)
  }

  #isInModule(processes: Processes, spec: number): boolean {
    if (this.#of !== processes) {
      this.#of = processes
      this.#modules = []
    }
    let isIn = this.#modules[spec]
    if (isIn === undefined) {
      isIn = this.#lies(processes.specs.get(spec).module)
      this.#modules[spec] = isIn
    }
    return isIn
  }
}
