export { type Browser, type BrowserOptions, type LiveView, openBrowser } from './browser.ts'
export { type ChildNode, forkNode } from './child-node.ts'
export {
  type ApiOptions,
  type Constellation,
  type ConstellationOptions,
  type ObservedNode,
  startConstellation,
} from './constellation.ts'
export { type Postgres, startPostgres } from './postgres.ts'
export { type UntilOptions, until } from './until.ts'
