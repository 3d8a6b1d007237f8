/**
 * The limit: the same workloads as a bare loop over an array of functions and messages, with no process model at all. What a
 * runtime does on top, it does within the distance to these figures.
 */
import type { Workload } from './workloads.ts'

interface Actor {
  handle(message: never, self: Actor): void
}

interface Living extends Actor {
  index: number
}

const idle = () => undefined

/** Messages wait in two arrays; the loop takes them from the front until none is left. */
class Loop {
  private targets: Actor[] = []
  private messages: unknown[] = []

  send(target: Actor, message: unknown): void {
    this.targets.push(target)
    this.messages.push(message)
  }

  run(): void {
    while (this.targets.length > 0) {
      const { targets, messages } = this
      this.targets = []
      this.messages = []
      for (let i = 0; i < targets.length; i++) {
        const target = targets[i] as Actor
        target.handle(messages[i] as never, target)
      }
    }
  }
}

async function timed(begin: (loop: Loop) => unknown): Promise<number> {
  const loop = new Loop()
  const startedMs = performance.now()
  begin(loop)
  loop.run()
  return performance.now() - startedMs
}

function spawnAndExit(count: number): Promise<number> {
  const living: Living[] = []
  const die = (_message: null, self: Living) => {
    const last = living.pop() as Living
    if (last === self) return
    living[self.index] = last
    last.index = self.index
  }
  return timed((loop) => {
    const spawner: Actor = {
      handle(left: number, self: Actor) {
        const batch = Math.min(left, 100)
        for (let i = 0; i < batch; i++) {
          const actor = { handle: die as Actor['handle'], index: living.length }
          living.push(actor)
          loop.send(actor, null)
        }
        if (left > batch) loop.send(self, left - batch)
      },
    }
    loop.send(spawner, count)
  })
}

async function oneWaySend(count: number): Promise<number> {
  let received = 0
  const sink: Actor = {
    handle: () => {
      received += 1
    },
  }
  const tookMs = await timed((loop) => {
    const source: Actor = {
      handle(left: number, self: Actor) {
        const batch = Math.min(left, 100)
        for (let i = 0; i < batch; i++) loop.send(sink, i)
        if (left > batch) loop.send(self, left - batch)
      },
    }
    loop.send(source, count)
  })
  if (received !== count) throw new Error(`${received} of ${count} received`)
  return tookMs
}

function pingPong(count: number): Promise<number> {
  return timed((loop) => {
    const pong: Actor = { handle: (from: Actor) => loop.send(from, 1) }
    let left = count
    const ping: Actor = {
      handle(_message: number, self: Actor) {
        if (left === 0) return
        left -= 1
        loop.send(pong, self)
      },
    }
    loop.send(ping, 0)
  })
}

async function calls(count: number): Promise<number> {
  const loop = new Loop()
  let n = 0
  const server: Actor = {
    handle({ by, answer }: { by: number; answer: (n: number) => void }) {
      n += by
      answer(n)
    },
  }
  const startedMs = performance.now()
  for (let i = 0; i < count; i++) {
    await new Promise<number>((answer) => {
      loop.send(server, { by: 1, answer })
      loop.run()
    })
  }
  return performance.now() - startedMs
}

function casts(count: number): Promise<number> {
  let state = { n: 0 }
  const server: Actor = {
    handle({ by }: { by: number }) {
      state = { n: state.n + by }
    },
  }
  return timed((loop) => {
    const source: Actor = {
      handle(left: number, self: Actor) {
        const batch = Math.min(left, 100)
        for (let i = 0; i < batch; i++) loop.send(server, { by: 1 })
        if (left > batch) loop.send(self, left - batch)
      },
    }
    loop.send(source, count)
  })
}

function ring(count: number): Promise<number> {
  return timed((loop) => {
    const members: Actor[] = []
    for (let i = 0; i < 1_000; i++) {
      members.push({
        handle(left: number) {
          if (left > 0) loop.send(members[(i + 1) % 1_000] as Actor, left - 1)
        },
      })
    }
    loop.send(members[0] as Actor, count)
  })
}

export const bareWorkloads: readonly Workload[] = [
  { name: 'spawn', count: 500_000, run: spawnAndExit },
  { name: 'send', count: 3_000_000, run: oneWaySend },
  { name: 'pingpong', count: 1_000_000, run: pingPong },
  { name: 'call', count: 500_000, run: calls },
  { name: 'cast', count: 2_000_000, run: casts },
  { name: 'ring', count: 1_000_000, run: ring },
  {
    name: 'bytes',
    count: 100_000,
    hold: (count) => Array.from({ length: count }, () => ({ handle: idle, mailbox: [] })),
  },
]
