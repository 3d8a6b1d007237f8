/**
 * Frames that carried something not durable yet, by the life of their node. An ack names the highest frame before which
 * everything is, so that an agent knows which decisions and outcomes it need not send again.
 */
export interface FrameRef {
  /** Node and incarnation. */
  life: string
  seq: number
}

export interface OpenFrames {
  hold(frame: FrameRef): void
  free(frame: FrameRef): void
  /** The highest frame of this life up to which all is durable, `lastSeq` where nothing waits. */
  durable(life: string, lastSeq: number): number
}

export function createOpenFrames(): OpenFrames {
  const lives = new Map<string, Map<number, number>>()
  return {
    hold({ life, seq }) {
      const open = lives.get(life) ?? new Map<number, number>()
      lives.set(life, open)
      open.set(seq, (open.get(seq) ?? 0) + 1)
    },
    free({ life, seq }) {
      const open = lives.get(life)
      const left = (open?.get(seq) ?? 0) - 1
      if (left > 0) open?.set(seq, left)
      else open?.delete(seq)
      if (open?.size === 0) lives.delete(life)
    },
    durable(life, lastSeq) {
      // Frames come in order, so the first one that is open is the lowest.
      for (const seq of lives.get(life)?.keys() ?? []) return seq - 1
      return lastSeq
    },
  }
}
