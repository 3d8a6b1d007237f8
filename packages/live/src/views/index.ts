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
export type { ExperimentRow, FaultSpan, FaultsView, Lease } from './fault-types.ts'
export type { Incarnation, NodeConnection, NodeLines, NodeView } from './node-types.ts'
export { DEFAULT_PARAMS, MAX_PROCESS_ROWS } from './params.ts'
export type {
  BacklogRow,
  CascadeMember,
  ClusterView,
  CommonFact,
  CrashCause,
  CrashesView,
  CrashGroupDetail,
  CrashGroupRow,
  CrashView,
  GroupNote,
  GroupStatus,
  MessagesBy,
  MessagesLine,
  MessagesView,
  NodeRow,
  Offender,
  PercentileStep,
  Percentiles,
  ProcessesView,
  ProcessRow,
  ProcessView,
  RowTimings,
  SelectionView,
  SeriesView,
  Spark,
  TableGroup,
  TableLine,
  TableRail,
  TableRest,
  TableRow,
  TableView,
  TimelineView,
  TreeRow,
  TreeView,
  ViewParams,
  ViewTypes,
} from './types.ts'
export { GROUP_STATUSES } from './types.ts'
