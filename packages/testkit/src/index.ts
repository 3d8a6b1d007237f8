export { type Browser, type BrowserOptions, type LiveView, openBrowser } from './browser.ts'
export { type ChildHub, forkHub, type HubFigures } from './child-hub.ts'
export { type ChildNode, forkNode } from './child-node.ts'
export {
  type ApiOptions,
  type Constellation,
  type ConstellationOptions,
  type ObservedNode,
  startConstellation,
} from './constellation.ts'
export { type FuzzAgentOptions, type FuzzAgentOutcome, fuzzAgent } from './fuzz/fuzz-agent.ts'
export { type FuzzHubOptions, type FuzzHubOutcome, fuzzHub } from './fuzz/fuzz-hub.ts'
export { type Fleet, type FleetOptions, type Part, startFleet } from './harness/fleet.ts'
export { holdUnderKills, type KillsOptions, type KillsOutcome } from './harness/kills.ts'
export { type Program, type ProgramOptions, program } from './harness/program.ts'
export { startProxy, type TcpProxy } from './harness/proxy.ts'
export { type Deed, type Step, schedule } from './harness/schedule.ts'
export { type Dice, dice, readSeed } from './harness/seed.ts'
export { type SmallDisk, smallDisk } from './harness/small-disk.ts'
export { type Builder, type Container, type Image, openBuilder, runImage } from './images/by-hand.ts'
export { type Compose, readCompose } from './images/compose.ts'
export { type Postgres, startPostgres } from './postgres.ts'
export { runBelow } from './run-below.ts'
export { stall } from './stall.ts'
export { type UntilOptions, until } from './until.ts'
