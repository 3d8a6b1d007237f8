/** Who is who, and what may be said to each: the names and messages of the whole node on one page. */
import type { GenServerAccepts, Name, Pid, SupervisorAccepts } from '@orrery/runtime'

/** What the front-end promised to deliver. Its text lies in the spool as `<id>.eml`. */
export interface Envelope {
  id: string
  from: string
  to: string[]
  sizeBytes: number
  acceptedAt: string
}

/** What a parser made of a mail. */
export interface Digest {
  subject: string
  sender: string
  parts: number
  words: number
}

export interface Delivery {
  envelope: Envelope
  digest: Digest
  /** Back-ends that failed it since it last had tried all. */
  tried: string[]
  attempts: number
}

export interface Address {
  backend: string
  port: number
}

export type Parser = Pid<GenServerAccepts<ParserMessages>>
export type DeliveryWorker = Pid<GenServerAccepts<DeliveryMessages>>

export interface SpoolMessages {
  calls: {
    /** Answered when the envelope is on disk, after its text; `no text` where that is not there. */
    accept: (message: { envelope: Envelope }) => 'kept' | 'no text'
    /** Counts, on disk, that a parser died of it; answers how many have. */
    failed: (message: { id: string; reason: string }) => number
    unparsed: () => Envelope[]
    undelivered: () => Delivery[]
    /** Answered when it is on disk that this back-end may have the mail from now on; `gone` when its end has been found. */
    attempt: (message: { id: string; backend: string }) => 'go' | 'gone'
    /** The back-end said 250. Answered when the mail is forgotten. */
    delivered: (message: { id: string; backend: string }) => 'forgotten'
    figures: () => Figures
  }
  casts: {
    parsed: { id: string; digest: Digest }
    /** The attempt failed. Where nothing tells whether the back-end has the mail, it `isAmbiguous`. */
    notDelivered: { id: string; backend: string; why: string; isAmbiguous: boolean }
    quarantined: { id: string }
  }
}

/** `inherited + accepted = delivered + quarantined + held`, always. */
export interface Figures {
  /** Held from the node's life before. */
  inherited: number
  accepted: number
  delivered: number
  quarantined: number
  held: number
  /** Attempts that may have delivered, or not: each may be the cause of a second delivery. */
  ambiguous: number
}

export interface QuarantineMessages {
  calls: {
    /** Moves the mail out of the spool; answered when it is there. */
    take: (message: { envelope: Envelope; reasons: string[] }) => 'kept'
    count: () => number
  }
}

export interface FrontEndMessages {
  calls: { port: () => number }
}

export interface SessionMessages {
  calls: {
    /** Answers the id of the mail once it is on disk. */
    mail: (message: { from: string; to: string[]; text: string }) => string
  }
  infos: { closed: Record<never, never> }
}

export interface TriageMessages {
  casts: {
    parse: { envelope: Envelope }
    ready: { worker: Parser }
    parsed: { worker: Parser; id: string; digest: Digest }
  }
  infos: { again: { envelope: Envelope } }
}

export interface ParserMessages {
  casts: { parse: { id: string } }
}

export interface DirectoryMessages {
  calls: {
    /** An address that is up, best one that is not to be avoided; `null` when all are away. */
    choose: (message: { avoid: string[] }) => Address | null
  }
  casts: {
    up: Address
    down: { backend: string; why: string }
  }
}

export interface QueueMessages {
  casts: {
    deliver: { delivery: Delivery }
    ready: { worker: DeliveryWorker }
    delivered: { worker: DeliveryWorker; id: string; backend: string }
    /** It had found its end before. */
    gone: { worker: DeliveryWorker }
  }
  infos: { again: { delivery: Delivery } }
}

export interface DeliveryMessages {
  casts: { deliver: { envelope: Envelope; to: Address } }
}

export interface BackendMessages {
  calls: {
    /** `null` while it is away. */
    port: () => number | null
    mail: (message: { id: string; to: string[]; text: string }) => number
  }
  casts: { leave: { forMs: number } }
  infos: { comeBack: Record<never, never> }
}

export interface StoreMessages {
  calls: {
    /** Keeps a mail once, whatever the number of times it comes; answers its number in this store. */
    keep: (message: { id: string; text: string }) => { uid: number; isNew: boolean }
    count: () => number
  }
}

export interface MailboxMessages {
  casts: { arrived: { uid: number; subject: string } }
}

export const SPOOL = 'Spool' as Name<GenServerAccepts<SpoolMessages>>
export const QUARANTINE = 'Quarantine' as Name<GenServerAccepts<QuarantineMessages>>
export const FRONT_END = 'SmtpFrontEnd' as Name<GenServerAccepts<FrontEndMessages>>
export const SESSIONS = 'SessionSup' as Name<SupervisorAccepts<{ peer: string }>>
export const TRIAGE = 'Triage' as Name<GenServerAccepts<TriageMessages>>
export const DIRECTORY = 'Directory' as Name<GenServerAccepts<DirectoryMessages>>
export const QUEUE = 'DeliveryQueue' as Name<GenServerAccepts<QueueMessages>>

export const BACKENDS = ['Alpha', 'Beta', 'Gamma'] as const
export const USERS = ['astrid', 'bertil', 'cecilia', 'david', 'elsa', 'folke', 'gunnel', 'hugo'] as const

export const backendName = (backend: string): Name<GenServerAccepts<BackendMessages>> => `${backend}Smtp`
export const storeName = (backend: string): Name<GenServerAccepts<StoreMessages>> => `${backend}Store`
export const mailboxName = (backend: string, user: string): Name<GenServerAccepts<MailboxMessages>> =>
  `${user}@${backend.toLowerCase()}`
