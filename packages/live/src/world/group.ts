/** Siblings of one module and child spec. Eight of them fold into a pool: one row, a byte a cell, the worst beside it. */
import { STATUSES } from '@orrery/protocol'
import { NONE } from './columns.ts'
import { EMPTY_CELL, FAULT_CELL, isExceptional } from './status.ts'

/** Siblings that fold, and few enough to unfold: apart, so that a pool does not come and go with one child. */
export const FOLD_AT = 8
export const UNFOLD_BELOW = 5
/** The same for supervisors under a supervisor of few: a tree of supervisors stays a tree, until nobody could look over it. */
export const FOLD_SUPERVISORS_AT = 500
export const UNFOLD_SUPERVISORS_BELOW = 400
export const PROMOTED = 3
export const PROMOTED_HOLD_MS = 5_000

const FIRST_CELLS = 8

export class Group {
  readonly id: number
  readonly parent: number
  readonly spec: number
  readonly foldAt: number
  readonly unfoldBelow: number
  count = 0
  readonly counts = new Array<number>(STATUSES.length).fill(0)
  underFault = 0
  mailbox = 0
  restarts = 0
  receivedPerS = 0
  handledPerS = 0
  isFolded = false
  /** Order and start of the first member: where the pool stands. */
  order = 0
  startedAtMs = 0
  /** Members that have children, whose cells must speak for those too. */
  nested = 0
  /** Received a second by all, 60 s, only while folded. */
  spark: Float64Array<ArrayBuffer> | null = null
  readonly exceptions = new Set<number>()
  /** When each promoted member came out. */
  readonly promoted = new Map<number, number>()
  version = 0
  /** Whether exceptions moved since promotion was decided. */
  isUnsettled = false

  #owners = new Int32Array(FIRST_CELLS).fill(NONE)
  #cells = new Uint8Array(FIRST_CELLS).fill(EMPTY_CELL)
  #used = 0
  #firstFree = 0
  #base64: string | null = null

  constructor(id: number, parent: number, spec: number, isOfSupervisors: boolean) {
    this.id = id
    this.parent = parent
    this.spec = spec
    this.foldAt = isOfSupervisors ? FOLD_SUPERVISORS_AT : FOLD_AT
    this.unfoldBelow = isOfSupervisors ? UNFOLD_SUPERVISORS_BELOW : UNFOLD_BELOW
  }

  /** Seats a member, at `wanted` where that is free and not absurd; returns its cell. */
  seat(index: number, wanted: number): number {
    const cell = this.#isSeatable(wanted) ? wanted : this.#nextFree()
    if (cell >= this.#owners.length) this.#grow(cell)
    this.#owners[cell] = index
    this.#used = Math.max(this.#used, cell + 1)
    this.count++
    return cell
  }

  unseat(cell: number): void {
    this.#owners[cell] = NONE
    this.#cells[cell] = EMPTY_CELL
    this.#firstFree = Math.min(this.#firstFree, cell)
    while (this.#used > 0 && this.#owners[this.#used - 1] === NONE) this.#used--
    this.count--
    this.changed()
  }

  /** What is drawn in a cell. `isFirstStart`: a process that begins is no exception worth a chip. */
  draw(index: number, cell: number, status: number, isUnderFault: boolean, isFirstStart: boolean): void {
    this.#cells[cell] = status + (isUnderFault ? FAULT_CELL : 0)
    const isOut = isExceptional(status, isUnderFault) && (!isFirstStart || isUnderFault)
    if (isOut) this.exceptions.add(index)
    else this.exceptions.delete(index)
    if (isOut || this.promoted.has(index)) this.isUnsettled = true
    this.changed()
  }

  changed(): void {
    this.#base64 = null
    this.version++
  }

  ownerOf(cell: number): number {
    return this.#owners[cell] ?? NONE
  }

  get cells(): number {
    return this.#used
  }

  /** The cells as base64. `worst` is asked for members with children of their own. */
  encode(worst: ((index: number) => number) | null): string {
    if (worst === null) {
      this.#base64 ??= Buffer.from(this.#cells.buffer, 0, this.#used).toString('base64')
      return this.#base64
    }
    const cells = this.#cells.slice(0, this.#used)
    for (let cell = 0; cell < cells.length; cell++) {
      const owner = this.#owners[cell] ?? NONE
      if (owner !== NONE) cells[cell] = worst(owner)
    }
    return Buffer.from(cells.buffer).toString('base64')
  }

  /** Slots are the smallest free ones, so they stay near the count; one far off is not to make a pool of holes. */
  #isSeatable(cell: number): boolean {
    if (cell < 0 || cell > 1_024 + this.count * 4) return false
    return cell >= this.#owners.length || this.#owners[cell] === NONE
  }

  #nextFree(): number {
    while (this.#firstFree < this.#owners.length && this.#owners[this.#firstFree] !== NONE) this.#firstFree++
    return this.#firstFree
  }

  #grow(cell: number): void {
    const size = Math.max(this.#owners.length * 2, cell + 1)
    const owners = new Int32Array(size).fill(NONE)
    owners.set(this.#owners)
    const cells = new Uint8Array(size).fill(EMPTY_CELL)
    cells.set(this.#cells)
    this.#owners = owners
    this.#cells = cells
  }
}
