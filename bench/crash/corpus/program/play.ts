/**
 * The end of a corpus program that is not made from the seed: a node that is watched, in which each case is thrown by a process of its
 * own, one after the other. A process says which case it is by its label, which no fingerprint looks at.
 */
import { readFileSync } from 'node:fs'
import { observe } from '@orrery/agent'
import { type Context, createNode, type Node, type Pid } from '@orrery/runtime'

interface Case {
  id: number
  server: string
  entrance: 'cast' | 'call' | 'info' | 'init' | 'event' | 'run'
  message: { type: string; n: number }
  linked: number
}

/** Throws every case of the file `CORPUS_CASES` and then stays until it is ended. */
export async function play(servers: Record<string, unknown>): Promise<void> {
  const cases = JSON.parse(readFileSync(process.env.CORPUS_CASES ?? '', 'utf8')) as Case[]
  const node = createNode({
    name: process.env.CORPUS_NODE ?? 'corpus@localhost',
    release: process.env.CORPUS_RELEASE ?? '1',
  })
  await observe(node)
  process.stdout.write('watched\n')
  for (const one of cases) await dies(node, servers[one.server], one)
  process.stdout.write('thrown\n')
  process.stdin.resume()
}

async function dies(node: Node, server: unknown, one: Case): Promise<void> {
  const label = `case ${one.id}`
  const { message, entrance } = one
  const args = entrance === 'run' ? [] : entrance === 'init' ? { note: message } : {}
  const spawn = node.spawn.bind(node) as (what: unknown, options: object) => Pid
  const pid = spawn(server, { args, label, ...(message.n % 3 === 0 ? { name: `corpus_${message.n}` } : {}) })
  for (let i = 0; i < one.linked; i++) {
    spawn(
      async (ctx: Context) => {
        ctx.link(pid)
        await ctx.receive()
      },
      { label },
    )
  }
  await new Promise(setImmediate)
  if (entrance === 'call') {
    spawn(async (ctx: Context) => await ctx.call(pid as never, message as never), { label })
  } else if (entrance === 'info' || entrance === 'run') node.send(pid, message as never)
  else if (entrance !== 'init') node.cast(pid, message as never)
  for (let waits = 0; node.process(pid) !== null && node.process(pid)?.status !== 'exited'; waits++) {
    if (waits > 2_000) throw new Error(`case ${one.id} does not die: ${JSON.stringify(one)}`)
    await new Promise((done) => setTimeout(done, 1))
  }
}
