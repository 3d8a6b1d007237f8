/** The process behind a JavaScript peer (`peer.ts`). */
import { createInterface } from 'node:readline'
import { bareWorkloads } from './bare.ts'
import { nactWorkloads } from './nact.ts'
import { bytes, type Workload, workloads } from './workloads.ts'
import { xstateWorkloads } from './xstate.ts'

const known: Readonly<Record<string, readonly Workload[]>> = {
  orrery: workloads,
  nact: nactWorkloads,
  xstate: xstateWorkloads,
  bare: bareWorkloads,
}
const mine = known[process.argv[2] ?? ''] ?? []

const say = (...words: (string | number)[]) => process.stdout.write(`${words.join(' ')}\n`)
say(...mine.map(({ name }) => name))
for await (const name of createInterface({ input: process.stdin })) {
  if (name === 'stop') break
  const workload = mine.find((one) => one.name === name)
  if (workload === undefined) throw new Error(`no workload is called ${name}`)
  if (workload.hold !== undefined) say(name, await bytes(workload.count, workload.hold), 0)
  else say(name, workload.count, await (workload.run as (count: number) => Promise<number>)(workload.count))
}
process.exit(0)
