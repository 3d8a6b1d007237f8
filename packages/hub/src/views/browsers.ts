/**
 * The browsers' door, the default namespace. A browser subscribes to views; all who ask the same share one producer, and a
 * producer nobody looks at is stopped. A browser that has not drained what it was sent is skipped until it has, and then
 * gets one delta over everything it missed; nobody else waits for it.
 */
import { subscribe, unsubscribe, type ViewMessage } from '@orrery/protocol'
import type { Namespace, Socket } from 'socket.io'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'
import { createBeat } from './beat.ts'
import { createBrowserFlow } from './browser-flow.ts'
import { type Ask, askKey, readAsk } from './params.ts'
import { createProducer, type Producer, type Recipe, type Watcher } from './producer.ts'

export interface BrowsersOptions {
  recipe(ask: Ask): Recipe
  clock: Clock
  counters: Counters
  /** Whether this browser may look, now. */
  isAllowed(socket: Socket): boolean
}

export interface Browsers {
  attach(namespace: Namespace): void
  /** Views that are being made now. */
  readonly producers: number
  close(): void
}

interface Subscription {
  producer: Producer
  watcher: Watcher
  end(): void
}

const MAX_SUBSCRIPTIONS = 64
/** Pictures wait for nobody; this many answers are only ever piled up by one who asks and does not listen. */
const MAX_WAITING = 256
/** A view that is left and looked at again at once (a page change) is not made anew. */
const LINGER_MS = 2_000

export function createBrowsers(options: BrowsersOptions): Browsers {
  const { clock, counters } = options
  const producers = new Map<string, Producer>()
  const beat = createBeat(clock)

  const producerOf = (ask: Ask): { key: string; producer: Producer } => {
    const key = askKey(ask)
    const producer = producers.get(key) ?? createProducer(options.recipe(ask), clock, beat)
    producers.set(key, producer)
    return { key, producer }
  }

  const leave = (key: string, producer: Producer): void => {
    if (producer.watchers > 0) return
    clock.after(LINGER_MS, () => {
      if (producer.watchers > 0 || producers.get(key) !== producer) return
      producers.delete(key)
      producer.stop()
    })
  }

  const enter = (socket: Socket): void => {
    const subscriptions = new Map<string, Subscription>()
    /** Subscriptions that were skipped. */
    const behind = new Set<Subscription>()
    counters.browsersConnected++

    const skip = (subscription: Subscription): void => {
      if (behind.size === 0) counters.browsersBehind++
      behind.add(subscription)
    }
    const isBack = (subscription: Subscription): void => {
      if (behind.delete(subscription) && behind.size === 0) counters.browsersBehind--
    }

    const flow = createBrowserFlow(socket, clock, () => {
      for (const subscription of [...behind]) {
        if (!flow.isReady()) return flow.wait()
        isBack(subscription)
        subscription.producer.catchUp(subscription.watcher)
      }
    })

    /** What one turn of the hub has to say goes out as one message: the page draws once for it. */
    let batch: ViewMessage[] = []
    const flush = (): void => {
      socket.emit('view', batch)
      batch = []
      flow.sent()
      if (flow.waiting <= MAX_WAITING) return
      counters.browsersCut++
      socket.conn.close(true)
    }
    const say = (message: ViewMessage): void => {
      counters.viewMessages++
      if (batch.push(message) === 1) queueMicrotask(flush)
    }

    const open = (id: string, ask: Ask): void => {
      const { key, producer } = producerOf(ask)
      let seq = 0
      const watcher: Watcher = {
        isReady: flow.isReady,
        skipped: () => {
          // Waiting for the network once is the way things go; a picture that nobody saw is a skip.
          if (behind.has(subscription)) counters.viewsSkipped++
          skip(subscription)
          flow.wait()
        },
        snapshot: (snapshot) => {
          seq = 0
          say({ id, seq: 0, snapshot, atMs: clock.nowMs() })
        },
        delta: (delta) => say({ id, seq: ++seq, delta, atMs: clock.nowMs() }),
        failed: (code, message) => say({ id, error: { code, message } }),
      }
      const subscription: Subscription = {
        producer,
        watcher,
        end() {
          isBack(subscription)
          producer.unwatch(watcher)
          leave(key, producer)
        },
      }
      subscriptions.set(id, subscription)
      producer.watch(watcher)
    }

    socket.on('subscribe', (raw: unknown) => {
      const parsed = subscribe.safeParse(raw)
      if (!parsed.success) return
      const { id, view, params } = parsed.data
      const fail = (code: string, message: string) => say({ id, error: { code, message } })
      subscriptions.get(id)?.end()
      subscriptions.delete(id)
      if (!options.isAllowed(socket)) return fail('auth.required', 'log in to see this')
      if (subscriptions.size >= MAX_SUBSCRIPTIONS) {
        return fail('view.too_many', `a page looks at ${MAX_SUBSCRIPTIONS} views at most`)
      }
      const read = readAsk(view, params)
      if (!read.ok) return fail('view.malformed', read.message)
      open(id, read.ask)
    })
    socket.on('unsubscribe', (raw: unknown) => {
      const parsed = unsubscribe.safeParse(raw)
      if (!parsed.success) return
      subscriptions.get(parsed.data.id)?.end()
      subscriptions.delete(parsed.data.id)
    })

    socket.on('disconnect', () => {
      counters.browsersConnected--
      flow.stop()
      for (const subscription of subscriptions.values()) subscription.end()
      subscriptions.clear()
    })
  }

  return {
    attach(namespace) {
      namespace.use((socket, next) => {
        if (options.isAllowed(socket)) return next()
        next(Object.assign(new Error('log in first'), { data: { code: 'auth.required' } }))
      })
      namespace.on('connection', enter)
    },
    get producers() {
      return producers.size
    },
    close() {
      for (const producer of producers.values()) producer.stop()
      producers.clear()
    },
  }
}
