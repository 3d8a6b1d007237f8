/** The robustifier as a program that is told whom to kill. */
import { backendName } from '../src/messages.ts'
import { changeRelease, longestPauseMs } from '../src/upgrade.ts'
import { startCounted } from './counted.ts'

/** What the parent may say: a process by its name, one of a module's processes, or what becomes of a back-end. */
export type MailOrder =
  | { kill: 'named'; name: string }
  | { kill: 'one of'; module: string; which: number }
  | { outage: 'leave'; backend: string; forMs: number }
  | { outage: 'power cut'; backend: string }
  | { upgrade: true }

const TELL_MS = 100

const node = await startCounted()
let killed = 0
let outages = 0
let upgrades = 0
let upgradesFailed = 0
let longestMs = 0
let upgrading = Promise.resolve()

process.on('message', (order: MailOrder) => {
  if ('upgrade' in order) {
    // One after the other, however slow the machine is.
    upgrading = upgrading.then(upgrade)
    return
  }
  if ('outage' in order) {
    const server = node.process(backendName(order.backend))
    if (server === null) return
    outages++
    if (order.outage === 'power cut') node.exit(server, { tag: 'power_cut', backend: order.backend })
    else node.cast(backendName(order.backend), { type: 'leave', forMs: order.forMs })
    return
  }
  const victim = order.kill === 'named' ? node.process(order.name) : oneOf(order.module, order.which)
  if (victim === null) return
  killed++
  node.exit(victim, 'kill')
})
// Its parent is gone: nobody is left to end it.
process.on('disconnect', () => process.exit(0))

/** May fail where a process that is to change is killed or waits for a dead one: then all is as before. */
async function upgrade(): Promise<void> {
  const result = await changeRelease(node)
  if (result.ok) upgrades++
  else upgradesFailed++
  longestMs = Math.max(longestMs, longestPauseMs(result))
}

function oneOf(module: string, which: number) {
  const all = [...node.processes()].filter((process) => process.module === module)
  return all[which % all.length] ?? null
}

setInterval(() => {
  // The root gave up: whoever started this is to know.
  if (node.processCount === 0) process.exit(1)
  process.send?.({ killed, outages, upgrades, upgradesFailed, longestPauseMs: longestMs })
}, TELL_MS)
process.send?.({ ready: true })
