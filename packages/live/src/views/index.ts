export { apply } from './apply.ts'
export type {
  Delta,
  ItemsDelta,
  NearDelta,
  RecordDelta,
  Replace,
  ShiftDelta,
  SpliceDelta,
  TextDelta,
} from './delta.ts'
export { DeltaMisfit } from './delta.ts'
export { diff } from './diff.ts'
export { DEFAULT_PARAMS, MAX_PROCESS_ROWS } from './params.ts'
export type {
  ClusterView,
  CrashesView,
  CrashGroupRow,
  CrashView,
  FaultsView,
  Lease,
  NodeRow,
  Offender,
  ProcessesView,
  ProcessRow,
  ProcessView,
  SeriesView,
  Spark,
  TimelineView,
  TreeRow,
  TreeView,
  ViewParams,
  ViewTypes,
} from './types.ts'
