/** What can be asked of a process and of a crash. One table each drives the parser, its messages and the syntax line. */

export type FieldType =
  /** `field:value`, `field:~part`, `field:a*`, `field:a|b` */
  | 'text'
  /** Text that is always searched within: `stack:link.ts:142`. */
  | 'contained'
  /** `field:3`, `field:>3` */
  | 'number'
  /** `field:>250ms`; compared in milliseconds. */
  | 'duration'
  /** `last:24h`: at most this long ago. */
  | 'age'
  /** `state.buffer.lost:>0`: text or number, by how it is asked. */
  | 'path'

export interface Field {
  name: string
  aliases?: readonly string[]
  type: FieldType
  /** As typed, for messages and the syntax line. */
  example: string
  about: string
  /** The value has two halves about this sign, and each may be asked for alone. */
  halves?: '@'
}

export interface Flag {
  name: string
  about: string
}

export interface FieldTable {
  fields: readonly Field[]
  /** What may follow `is:`. */
  flags: readonly Flag[]
}

const NAME = {
  name: 'name',
  type: 'text',
  example: 'name:~trunk',
  about: 'registered name, else label, else child id',
} as const
const PID = {
  name: 'pid',
  type: 'text',
  example: 'pid:<0.1712.0>',
  about: 'pid as the node prints it',
} as const
const KEY = {
  name: 'key',
  type: 'text',
  example: 'key:root/DeliverySup/*',
  about: 'logical key, kept over restarts',
} as const
const LABEL = { name: 'label', type: 'text', example: 'label:~trunk', about: 'label it gave itself' } as const
const BEHAVIOUR = {
  name: 'behaviour',
  type: 'text',
  example: 'behaviour:GenServer',
  about: 'behaviour it runs',
} as const
const MODULE = {
  name: 'module',
  type: 'text',
  example: 'module:TrunkLink',
  about: 'callback module',
} as const
const NODE = {
  name: 'node',
  type: 'text',
  example: 'node:rabbit@*',
  about: 'node, or the part of its name before or after the @',
  halves: '@',
} as const
const SUPERVISOR = {
  name: 'supervisor',
  aliases: ['sup'],
  type: 'text',
  example: 'sup:BillingSup',
  about: 'name or module of its supervisor',
} as const
const FAULT = { name: 'fault', type: 'text', example: 'fault:F-0193', about: 'id of a fault on it' } as const

/** Fields of a process. `in` and `out` are messages a second. */
export const PROCESS_FIELDS = {
  fields: [
    NAME,
    PID,
    KEY,
    LABEL,
    BEHAVIOUR,
    MODULE,
    NODE,
    SUPERVISOR,
    FAULT,
    {
      name: 'status',
      type: 'text',
      example: 'status:restarting',
      about: 'state it is drawn in, same as is:restarting',
    },
    { name: 'mailbox', type: 'number', example: 'mailbox:>100', about: 'messages waiting' },
    { name: 'in', type: 'number', example: 'in:>500', about: 'messages received a second' },
    { name: 'out', type: 'number', example: 'out:<1', about: 'messages handled a second' },
    {
      name: 'growth',
      type: 'number',
      example: 'growth:>5',
      about: 'messages a second its mailbox grows by, over 5 s',
    },
    { name: 'wait', type: 'duration', example: 'wait:>250ms', about: 'time in its mailbox, p99 over 5 s' },
    { name: 'handling', type: 'duration', example: 'handling:>10ms', about: 'handling time, p99 over 5 s' },
    { name: 'busy', type: 'number', example: 'busy:>5%', about: 'share of the event loop over 5 s' },
    { name: 'restarts', type: 'number', example: 'restarts:>0', about: 'restarts since the node started' },
    { name: 'uptime', type: 'duration', example: 'uptime:<5m', about: 'time since it started' },
  ],
  flags: [
    { name: 'crashed', about: 'exited abnormally, not yet replaced' },
    { name: 'restarting', about: 'started and not initialised, or about to be' },
    { name: 'waiting', about: 'stopped by a strategy, start queued' },
    { name: 'backlog', about: 'mailbox long and growing' },
    { name: 'suspended', about: 'held' },
    { name: 'busy', about: 'handled something in the last sample' },
    { name: 'running', about: 'alive and idle' },
    { name: 'exited', about: 'ended normally' },
    { name: 'supervisor', about: 'supervises others' },
    { name: 'worker', about: 'supervises nobody' },
    { name: 'faulty', about: 'under a fault' },
    { name: 'growing', about: 'its mailbox has grown for 5 s' },
    { name: 'down', about: 'not running: crashed, restarting, waiting or exited' },
    { name: 'restarted', about: 'restarted in the last 5 min' },
  ],
} as const satisfies FieldTable

/** Fields of a crash report. */
export const CRASH_FIELDS = {
  fields: [
    NAME,
    PID,
    KEY,
    LABEL,
    BEHAVIOUR,
    MODULE,
    NODE,
    SUPERVISOR,
    FAULT,
    { name: 'id', type: 'text', example: 'id:01931a*', about: 'id of the report' },
    { name: 'group', type: 'text', example: 'group:4f2a*', about: 'fingerprint of its group' },
    { name: 'reason', type: 'text', example: 'reason:~overrun', about: 'tag or text of the exit reason' },
    {
      name: 'kind',
      type: 'text',
      example: 'kind:throw',
      about: 'throw, rejection, exit, kill, timeout, out-of-memory, node-down',
    },
    {
      name: 'cause',
      type: 'text',
      example: 'cause:injected',
      about: 'organic or injected; mixed: its group has root crashes of both',
    },
    {
      name: 'message',
      type: 'text',
      example: 'message:data_ind',
      about: 'type of the message being handled',
    },
    { name: 'from', type: 'text', example: 'from:Framer', about: 'who had sent that message' },
    { name: 'stack', type: 'contained', example: 'stack:link.ts:142', about: 'functions and places' },
    { name: 'release', type: 'text', example: 'release:1.4.*', about: 'release of the application' },
    { name: 'action', type: 'text', example: 'action:give_up', about: 'restart, leave or give_up' },
    {
      name: 'outcome',
      type: 'text',
      example: 'outcome:restarted',
      about: 'restarted, not_restarted, given_up or pending',
    },
    {
      name: 'restarts',
      type: 'number',
      example: 'restarts:>3',
      about: 'restarts its supervisor had counted in the window',
    },
    { name: 'mailbox', type: 'number', example: 'mailbox:>100', about: 'messages waiting at the exit' },
    { name: 'uptime', type: 'duration', example: 'uptime:<5m', about: 'how long it had lived' },
    { name: 'back', type: 'duration', example: 'back:>1s', about: 'exit until the replacement ran' },
    {
      name: 'state',
      type: 'path',
      example: 'state.buffer.lost:>0',
      about: 'a value in its state before the message',
    },
    { name: 'last', type: 'age', example: 'last:24h', about: 'no longer ago than this' },
  ],
  flags: [
    { name: 'injected', about: 'a fault is proven to have led to it' },
    { name: 'organic', about: 'no fault is proven to have led to it' },
    { name: 'root', about: 'began its cascade' },
    { name: 'casualty', about: 'died of another crash' },
    { name: 'new', about: 'its group was first seen in the last 24 h' },
    { name: 'regressed', about: 'its group crashed again after it was resolved' },
    { name: 'ongoing', about: 'its group is neither new nor regressed' },
    { name: 'resolved', about: 'somebody resolved its group' },
    { name: 'ignored', about: 'somebody ignores its group' },
  ],
} as const satisfies FieldTable

export type ProcessField = (typeof PROCESS_FIELDS)['fields'][number]['name']
export type ProcessFlag = (typeof PROCESS_FIELDS)['flags'][number]['name']
export type CrashField = (typeof CRASH_FIELDS)['fields'][number]['name']
export type CrashFlag = (typeof CRASH_FIELDS)['flags'][number]['name']

/** The field of this name or alias, without regard to case. */
export function fieldNamed(table: FieldTable, name: string): Field | undefined {
  const asked = name.toLowerCase()
  return table.fields.find((field) => field.name === asked || field.aliases?.includes(asked))
}
