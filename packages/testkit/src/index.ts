export { type Browser, type BrowserOptions, type LiveView, openBrowser } from './browser.ts'
export { type ChildNode, forkNode } from './child-node.ts'
export {
  type ApiOptions,
  type Constellation,
  type ConstellationOptions,
  type ObservedNode,
  startConstellation,
} from './constellation.ts'
export { type Builder, type Container, type Image, openBuilder, runImage } from './images/by-hand.ts'
export { type Compose, readCompose } from './images/compose.ts'
export { type Postgres, startPostgres } from './postgres.ts'
export { type UntilOptions, until } from './until.ts'
