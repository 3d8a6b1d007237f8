/** The robustifier as a program that a hub observes, and may lay faults upon. */
import { observe } from '@orrery/agent'
import { startCounted } from './counted.ts'

const node = await startCounted()
await observe(node, { logger: { info: () => undefined, warn: (line) => console.error(line) } })
// Its parent is gone: nobody is left to end it.
process.on('disconnect', () => process.exit(0))
