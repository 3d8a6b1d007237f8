/**
 * The cheap sample: counters of the processes that changed, each process once a second, spread over the second in parts
 * so that a large node is never swept at once; one sample of the node, which is its heartbeat; and the messages that were timed.
 */
import type { MessageTimings, NodeSample, ProcessSamples } from '@orrery/protocol'
import type { Slices } from './slices.ts'
import type { Source } from './source.ts'

const SECOND = 1_000
/** Processes of one part, about. */
const PART = 2_000
const MAX_PARTS = 10
/** Rows of one record: far below what a record may hold. */
const ROWS = 4_096

export interface SamplerOptions {
  source: Source
  slices: Slices
  /** Whether anybody is there to be told. */
  isWanted: () => boolean
  put: (record: ProcessSamples | NodeSample | MessageTimings) => void
  flush: () => void
  nodeSample: () => NodeSample
  /** Once a second, after the sample of the node. */
  everySecond: () => void
  run: (where: string, work: () => void) => void
  random?: () => number
}

export interface Sampler {
  start(): void
  stop(): void
}

export function createSampler(options: SamplerOptions): Sampler {
  const { source, slices, isWanted, put, flush, run } = options
  const random = options.random ?? Math.random
  let timer: NodeJS.Timeout | null = null
  let part = 0
  let parts = 1
  let dueMs = 0
  let isSweeping = false

  const batch: ProcessSamples = {
    type: 'process.samples',
    atUs: 0,
    refs: [],
    mailbox: [],
    received: [],
    handled: [],
  }

  const emit = (): void => {
    if (batch.refs.length === 0) return
    batch.atUs = source.nowUs()
    put(batch)
    batch.refs.length = batch.mailbox.length = batch.received.length = batch.handled.length = 0
  }

  const sink = (ref: number, mailbox: number, received: number, handled: number): void => {
    batch.refs.push(ref)
    batch.mailbox.push(mailbox)
    batch.received.push(received)
    batch.handled.push(handled)
    if (batch.refs.length >= ROWS) emit()
  }

  function* sweep(at: number, of: number): Generator<void> {
    const steps = source.sweep(at, of, sink)
    while (steps.next().done !== true) yield
    emit()
    flush()
  }

  const tick = (): void => {
    schedule()
    if (part === 0) {
      options.everySecond()
      if (isWanted()) {
        put(options.nodeSample())
        const timings = source.takeTimings()
        if (timings !== null) put(timings)
        flush()
      }
      parts = Math.min(MAX_PARTS, Math.max(1, Math.ceil(source.counters.processes / PART)))
    }
    // A sweep that is not done yet is not overtaken: the node is busy enough.
    if (isWanted() && !isSweeping) {
      isSweeping = true
      slices.run('sample', sweep(part, parts)).then(
        () => {
          isSweeping = false
        },
        () => undefined,
      )
    }
    part = (part + 1) % parts
  }

  const schedule = (): void => {
    const nowMs = performance.now()
    dueMs = Math.max(dueMs + SECOND / parts, nowMs)
    timer = setTimeout(() => run('sample', tick), dueMs - nowMs)
    timer.unref()
  }

  return {
    start() {
      if (timer) return
      // Anywhere in the second: nodes that start together must not sample together.
      dueMs = performance.now() - (random() * SECOND) / parts
      part = Math.floor(random() * parts)
      schedule()
    },
    stop() {
      if (timer) clearTimeout(timer)
      timer = null
    },
  }
}
