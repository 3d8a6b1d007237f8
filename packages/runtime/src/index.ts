/** @orrery/runtime: Erlang/OTP's process model in TypeScript. */
export type { Alias } from './alias.ts'
export {
  type AnyApplication,
  Application,
  type ApplicationDefinition,
  ApplicationError,
  type RestartType,
  type RunningApplication,
  type StartApplication,
  type StartPhase,
} from './application.ts'
export { CallError, type From, messageType } from './call.ts'
export { type Bounds, capture, type Snapshot, type TaggedSnapshot } from './capture.ts'
export type { ClockSource, TimerSource } from './clock.ts'
export type {
  CallOptions,
  Context,
  DownMessage,
  ExitMessage,
  Handler,
  ProcessFlags,
  Receive,
  Spawnable,
  SpawnOptions,
  TimerRef,
} from './context.ts'
export {
  type CallContract,
  Contract,
  type ContractBreach,
  type ContractDefinition,
  type ContractOrder,
  type ContractPolicy,
  type NextState,
  type StandardSchemaV1,
} from './contract.ts'
export type {
  CrashLink,
  CrashNotice,
  Mechanism,
  MessageKind,
  PeerFacts,
  ProcessName,
  RawCrash,
  Via,
} from './crash.ts'
export type { Statistics, Trace, TraceEvent } from './debug.ts'
export type { Behaviour, ProcessKind } from './driver.ts'
export { MisuseError, StartError } from './errors.ts'
export {
  Exit,
  type ExitKind,
  type ExitReason,
  isNormal,
  isOrderly,
  reasonTag,
  type ShutdownReason,
  type TaggedReason,
} from './exit-reason.ts'
export {
  type EventHandler,
  type EventHandlerCallbacks,
  type EventHandlerTypes,
  GenEvent,
  type GenEventAccepts,
  type GenEventExit,
  type HandlerEnd,
  HandlerError,
  type HandlerId,
  type HandlerOptions,
} from './gen-event/gen-event.ts'
export {
  GenServer,
  type GenServerAccepts,
  type GenServerCallbacks,
  type GenServerContext,
  type GenServerModule,
  type GenServerTypes,
} from './gen-server.ts'
export {
  GenStatem,
  type GenStatemAccepts,
  type GenStatemCallbacks,
  type GenStatemContext,
  type GenStatemModule,
  type GenStatemTypes,
  type StatemEvent,
  type StatemResult,
} from './gen-statem/gen-statem.ts'
export {
  Action,
  type CallFrom,
  eventTimeout,
  genericTimeout,
  keepState,
  keepStateAndData,
  nextEvent,
  nextState,
  postpone,
  repeatState,
  replyTo,
  stateTimeout,
  stopAndReply,
  Transition,
} from './gen-statem/transition.ts'
export type {
  AutoShutdown,
  ChildSpecFacts,
  Counters,
  DeadLetter,
  DeadLetterReason,
  ExitFacts,
  NodeHooks,
  Process,
  ProcessStatus,
  RawDecision,
  RawOutcome,
  Restart,
  Shutdown,
  Strategy,
  SupervisorFacts,
} from './hooks.ts'
export type { InspectBounds, Inspected } from './inspect.ts'
export type { Delivery, Handling, Interceptor } from './intercept.ts'
export { createNode, type MessageValues, Node, type NodeOptions } from './node.ts'
export type { MaxMailbox, Overflow } from './overflow.ts'
export { type Group, type GroupMessage, pg } from './pg.ts'
export { type Name, nameOf, Pid, type To } from './pid.ts'
export {
  type Blocked,
  type Direction,
  Port,
  type PortCallbacks,
  PortError,
  type PortFacts,
  type PortInterceptor,
  type PortModule,
  type PortName,
  type Ports,
  type PortTypes,
  type PortUse,
  type UseOptions,
} from './port.ts'
export type { Priority } from './priority.ts'
export type { Accepts, CallMessage, CallReply, CallType, CastOf, InfoOf } from './protocol.ts'
export { ReceiveTimeout } from './receive.ts'
export type { MailboxFacts, QueuedMessage, RecordedMessage } from './recorder.ts'
export { type Keys, type Registered, Registry } from './registry.ts'
export type { MonitorRef } from './relations.ts'
export {
  type ChangedProcess,
  Release,
  type ReleaseResult,
  type ReleaseUpgrade,
  type Update,
} from './release.ts'
export { ignore, initOk, noreply, type Result, type ResultOptions, reply, stop } from './result.ts'
export type { TaskSource } from './scheduler.ts'
export { type StartOptions, start } from './start.ts'
export { type Backoff, type ChildOptions, type ChildSpec, child } from './supervisor/child.ts'
export {
  type ChildCounts,
  type ChildState,
  type PoolSupervisor,
  type StaticSupervisor,
  Supervisor,
  type SupervisorAccepts,
  type SupervisorTypes,
} from './supervisor/supervisor.ts'
export { SystemError, type SystemOptions, type SystemStatus, sys } from './sys.ts'
export {
  type AwaitOptions,
  type StreamOptions,
  Task,
  type TaskMessage,
  type TaskRef,
  type TaskResult,
} from './task/task.ts'
