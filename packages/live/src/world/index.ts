export type { FrameOutcome, StormTotal } from './node.ts'
export { createWorld, type Resolved, type Version, type World, type WorldOptions } from './world.ts'
