/** What the parts of the exchange say to each other, and under which names they are found. */
import type { GenServerAccepts, GenStatemAccepts, Name, Pid, SupervisorAccepts } from '@orrery/runtime'

/** Where a number leads. */
export type Route = { readonly kind: 'local' } | { readonly kind: 'trunk' } | { readonly kind: 'none' }

export interface Setup {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly route: Route
  readonly ringMs: number
  readonly talkMs: number
  /** Of a call that comes in over the trunk: the channel it came on. */
  readonly channel: number | null
}

/** Why a call ended. */
export type Cause = 'normal' | 'busy' | 'congestion' | 'unallocated' | 'far_end' | 'link_lost'

/** Call detail record. */
export interface Cdr {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly cause: Cause
  readonly talkedMs: number
}

/** What goes over the trunk, on one channel. */
export type Signal =
  | { readonly kind: 'setup'; readonly id: string; readonly from: string; readonly to: string }
  | { readonly kind: 'answer' }
  | { readonly kind: 'release'; readonly cause: Cause }

export interface DirectoryMessages {
  calls: { seize: (message: { number: string }) => boolean }
  casts: { free: { number: string } }
}
export interface NumberPlanMessages {
  calls: { translate: (message: { number: string }) => { area: string } | null }
}
export interface RouteTableMessages {
  calls: { route: (message: { area: string }) => Route }
  casts: { carrier: { isUp: boolean } }
}
export interface RouterMessages {
  casts: { dial: { from: string; to: string; ringMs: number; talkMs: number } }
}
export interface CallMessages {
  casts: { farAnswered: object; farReleased: { cause: Cause }; seized: { channel: number | null } }
}
export interface ChannelMessages {
  casts: { seize: { call: Pid; signal: Signal }; incoming: { signal: Signal }; outgoing: { signal: Signal } }
}
export interface TrunkLinkMessages {
  casts: {
    /** A call wants a channel. */
    request: { call: Pid; signal: Signal }
    /** A channel says something. */
    transmit: { channel: number; signal: Signal }
    /** A channel is free again. */
    idle: { channel: number }
  }
  infos: { frame: { seq: number; channel: number; signal: Signal }; carrier: { isUp: boolean } }
}
export interface FramerMessages {
  casts: { encode: { seq: number; channel: number; signal: Signal } }
  infos: { bytes: { bytes: Uint8Array }; carrier: { isUp: boolean } }
}
export interface CdrWriterMessages {
  casts: { record: { cdr: Cdr } }
}
export interface RaterMessages {
  casts: { rate: { cdr: Cdr } }
}
export interface LedgerMessages {
  casts: { book: { id: string; oere: number } }
}
export interface MixerMessages {
  casts: { join: { call: string }; leave: { call: string } }
}

export const DIRECTORY = 'Directory' as Name<GenServerAccepts<DirectoryMessages>>
export const NUMBER_PLAN = 'NumberPlan' as Name<GenServerAccepts<NumberPlanMessages>>
export const ROUTE_TABLE = 'RouteTable' as Name<GenServerAccepts<RouteTableMessages>>
export const ROUTER = 'Router' as Name<GenServerAccepts<RouterMessages>>
export const TRUNK_LINK = 'TrunkLink' as Name<GenServerAccepts<TrunkLinkMessages>>
export const FRAMER = 'Framer' as Name<GenServerAccepts<FramerMessages>>
export const CDR_WRITER = 'CdrWriter' as Name<GenServerAccepts<CdrWriterMessages>>
export const RATER = 'Rater' as Name<GenServerAccepts<RaterMessages>>
export const LEDGER_CLIENT = 'LedgerClient' as Name<GenServerAccepts<LedgerMessages>>
export const CALL_SUP = 'CallSup' as Name<SupervisorAccepts<Setup>>

export const CHANNELS = 32
export const MIXERS = 24
export const channelName = (channel: number): Name<GenServerAccepts<ChannelMessages>> => `channel-${channel}`
export const mixerName = (mixer: number): Name<GenServerAccepts<MixerMessages>> => `mixer-${mixer}`
export const asCall = (pid: Pid): Pid<GenStatemAccepts<CallMessages>> => pid as never
