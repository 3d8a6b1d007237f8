export type { FrameOutcome, StormTotal } from './node.ts'
export { Stretch } from './readers/stretch.ts'
export { createWorld, type Resolved, type Version, type World, type WorldOptions } from './world.ts'
