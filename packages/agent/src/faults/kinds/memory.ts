/**
 * Memory hog: memory is held on the heap of V8, in steps, until the share of the heap's limit that was asked for is held. Before each step it looks whether the
 * node would have enough left to live on, and waits where it would not.
 */
import { getHeapStatistics } from 'node:v8'
import type { FaultDoer } from '../kind.ts'

const STEP_BYTES = 4_194_304
const STEP_MS = 20
/** What is left to the node: it must not die of this. */
const SPARED = 0.25

/** The heap of this program; another one in tests. */
export interface Heap {
  readonly limitBytes: number
  readonly usedBytes: number
}

export function memoryOn(read: () => Heap): FaultDoer<'memory'> {
  return {
    kind: 'memory',
    begins: 'initialised',
    apply({ parameters: { percent }, mint, time }) {
      const wantedBytes = (read().limitBytes * percent) / 100
      const held: number[][] = []
      let cancel: () => void = () => undefined
      const step = (): void => {
        const { limitBytes, usedBytes } = read()
        const isRoom = usedBytes + STEP_BYTES <= limitBytes * (1 - SPARED)
        // Of doubles, which stand in the array itself: on the heap that the limit is of, and worth nothing to anybody.
        if (isRoom) held.push(new Array(STEP_BYTES / 8).fill(Math.random()))
        if (held.length * STEP_BYTES < wantedBytes) cancel = time.after(STEP_MS, step)
      }
      mint()
      step()
      return {
        undo() {
          cancel()
          held.length = 0
        },
        check: () => (held.length === 0 ? null : `${held.length * STEP_BYTES} bytes are still held`),
      }
    },
  }
}

export const memory = memoryOn(() => {
  const { heap_size_limit, used_heap_size } = getHeapStatistics()
  return { limitBytes: heap_size_limit, usedBytes: used_heap_size }
})
