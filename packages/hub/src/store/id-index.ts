/**
 * The place of each id, in one array. Ids are whole numbers from 1 and far apart (a sequence also counts what came to
 * nothing), so that no array could be as long as they go; a `Map` of a hundred thousand is slow to walk.
 */

export interface IdIndex {
  readonly size: number
  /** Below 0 where there is none. */
  placeOf(id: number): number
  /** An id that has a place already keeps it. */
  add(id: number, place: number): void
}

const FIRST_SLOTS = 1_024

export function createIdIndex(): IdIndex {
  // An id and its place beside each other: they are read together.
  let slots = new Int32Array(FIRST_SLOTS * 2)
  let size = 0
  const add = (id: number, place: number): void => {
    const at = slotOf(slots, id)
    if (slots[at] === id) return
    slots[at] = id
    slots[at + 1] = place
    size++
  }
  const grow = (): void => {
    const old = slots
    slots = new Int32Array(old.length * 2)
    size = 0
    for (let at = 0; at < old.length; at += 2) {
      const id = old[at] ?? 0
      if (id !== 0) add(id, old[at + 1] ?? 0)
    }
  }
  return {
    get size() {
      return size
    },
    placeOf: (id) => {
      const at = slotOf(slots, id)
      return slots[at] === id && id !== 0 ? (slots[at + 1] ?? -1) : -1
    },
    add: (id, place) => {
      if (!(id >= 1 && id <= 0x7fff_ffff)) throw new RangeError(`no id of a row: ${id}`)
      // At most half full: a search for what is not there ends soon.
      if (size * 4 + 4 > slots.length) grow()
      add(id, place)
    },
  }
}

/** Where an id stands in `slots`, or the empty slot where it belongs. */
function slotOf(slots: Int32Array, id: number): number {
  const last = slots.length - 2
  // Neighbours are spread over all slots, as a multiplication by the golden ratio does.
  let at = (Math.imul(id, 0x9e37_79b1) >>> 7) & last
  while (slots[at] !== id && slots[at] !== 0) at = (at + 2) & last
  return at
}
