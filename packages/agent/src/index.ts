export type { Agent, AgentStatus } from './agent.ts'
export { startAgent } from './agent.ts'
export type { ConnectionState } from './connection.ts'
export { InjectedCrash } from './faults/injected-crash.ts'
export type { Logger } from './logger.ts'
export { consoleLogger } from './logger.ts'
export { observe } from './observe.ts'
export type { RedactOptions, Redactor } from './redact.ts'
export { createRedactor } from './redact.ts'
export { runtimeSource } from './runtime-source.ts'
export type { ObserveOptions } from './settings.ts'
export { AgentSettingsError } from './settings.ts'
export type {
  Clean,
  Obeyed,
  SampleSink,
  Source,
  SourceCrash,
  SourceEvents,
  SourceIdentity,
  Target,
} from './source.ts'
export type { SpoolStats } from './spool/spool.ts'
