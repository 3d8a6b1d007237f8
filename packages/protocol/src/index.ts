export type { Subscribe, ViewMessage, ViewName } from './browser.ts'
export { subscribe, unsubscribe, VIEWS } from './browser.ts'
export type { Command, CommandErrorCode, CommandOp, Inspection, Renewal } from './commands.ts'
export { COMMAND_ERRORS, command, exitReason, LEASE_MS, message, renewal } from './commands.ts'
export type {
  Bundle,
  Caller,
  Cascade,
  CausalHop,
  Cause,
  CrashReport,
  Decision,
  FaultTouch,
  FlightRecorder,
  Group,
  HandledMessage,
  Identity,
  Losses,
  MailboxAtExit,
  MessageKind,
  Outcome,
  Peer,
  PeerFacts,
  SentMessage,
  StackAtExit,
  StackFrame,
  StateAtExit,
  Surroundings,
} from './crash-report.ts'
export { crashReport, decision, outcome } from './crash-report-schema.ts'
export {
  type Diagnostic,
  diagnostic,
  diagnosticCause,
  diagnosticStack,
  isDiagnostic,
} from './diagnostic-report.ts'
export type { ExitKind, ExitReasonView } from './exit.ts'
export type { Capability, FrameError, Hello, Refusal, RefusalCode, Welcome } from './handshake.ts'
export {
  CAPABILITIES,
  FRAME_ERRORS,
  hello,
  LIMITS,
  nodeName,
  PROTOCOL,
  REFUSALS,
  welcome,
} from './handshake.ts'
export { inspection } from './inspection-schema.ts'
export type { EarlierLife, EndingFault, NodeEnd, NodeEndFacts } from './node-end.ts'
export {
  earlierLife,
  endingFault,
  isNodeDown,
  isNodeEnd,
  MAX_LIVES,
  NODE_ENDS,
  nodeEndId,
  nodeEndReport,
} from './node-end.ts'
export type { NodeFacts } from './node-facts.ts'
export { FACT_LIMITS, nodeFacts } from './node-facts.ts'
export { type PortList, type PortRow, portList, portRow } from './ports.ts'
export type {
  ChildSpec,
  ProcessKind,
  Restart,
  Shutdown,
  Status,
  Strategy,
  SupervisorSpec,
} from './process.ts'
export { STATUSES } from './process.ts'
export type {
  CommandResult,
  CrashAmended,
  CrashRecord,
  Drops,
  Frame,
  LeaseEnded,
  MessageTimings,
  NodeSample,
  NodeVitals,
  ProcessChanged,
  ProcessExited,
  ProcessInitialised,
  ProcessSamples,
  ProcessStarted,
  SnapshotBegin,
  SnapshotEnd,
  StormCounts,
  SupervisorDecided,
  WireRecord,
} from './records.ts'
export {
  type LeaseWord,
  leaseWord,
  RESUME_REASONS,
  type ResumeReason,
  RUNNER_ENV,
  RUNNER_KILLED_ENV,
  RUNNER_VERSION,
  type RunnerKill,
  type RunnerOrder,
  type RunnerWord,
  runnerKill,
  runnerOrder,
  runnerWord,
} from './runner.ts'
export type { Field, TaggedTerm, Term } from './term.ts'
export { captured, fieldValue, redacted, truncated, unavailable } from './term.ts'
export { isTerm, term } from './term-schema.ts'
