/** Both ends of SMTP on loopback, as small as this node needs them: plain text, one message at a time, bounded. */
import { Readable } from 'node:stream'
import { CallError } from '@orrery/runtime'
import { createTransport, type Transporter } from 'nodemailer'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'

export const LOOPBACK = '127.0.0.1'
const MOST_BYTES = 262_144
const TIMEOUT_MS = 5_000

export interface Incoming {
  from: string
  to: string[]
  /** The mail's bytes, one character each: a message between processes is a value. */
  text: string
}

export interface SmtpHandlers {
  onConnect?(session: SMTPServerSession): Promise<void>
  onClose?(session: SMTPServerSession): void
  /**
   * What is said with the 250. A rejection is answered with 451, so that the sender tries again; one that leaves open
   * whether the mail was taken (a `CallError` other than `noproc`) is not answered at all: either word could be a lie.
   */
  onMail(mail: Incoming, session: SMTPServerSession): Promise<string>
}

/** Listens until the signal fires; resolves with the port. Open connections are cut, as a power cut would. */
export async function listen(
  name: string,
  port: number,
  handlers: SmtpHandlers,
  signal: AbortSignal,
): Promise<number> {
  const options: SMTPServerOptions = {
    name,
    banner: name,
    size: MOST_BYTES,
    rejectOversized: true,
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    socketTimeout: 30_000,
    closeTimeout: 1,
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        const text = Buffer.concat(chunks).toString('latin1')
        const mail = { from, to: rcptTo.map(({ address }) => address), text }
        handlers.onMail(mail, session).then(
          (said) => callback(null, said),
          (error: unknown) => {
            if (!isOpen(error)) return callback(tryAgain(error))
            for (const connection of server.connections) if (connection.id === session.id) connection.close()
          },
        )
      })
    },
    onConnect(session, callback) {
      if (handlers.onConnect === undefined) return callback()
      handlers.onConnect(session).then(
        () => callback(),
        (error: unknown) => callback(tryAgain(error, 421)),
      )
    },
    onClose(session) {
      handlers.onClose?.(session)
    },
  }
  const server = new SMTPServer(options)
  // A client that hangs up mid-sentence is its own affair.
  server.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, LOOPBACK, resolve)
  })
  signal.addEventListener('abort', () => server.close(), { once: true })
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a server on loopback has a port')
  return address.port
}

/** Talks to one server; the connection is cut when the signal fires, and closed when `talk` is done. */
export async function talkTo<T>(
  { port, name, signal }: { port: number; name: string; signal: AbortSignal },
  talk: (client: Transporter) => Promise<T>,
): Promise<T> {
  const client = createTransport({
    host: LOOPBACK,
    port,
    name,
    secure: false,
    ignoreTLS: true,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  })
  const cut = (): void => client.close()
  signal.addEventListener('abort', cut)
  try {
    return await talk(client)
  } finally {
    signal.removeEventListener('abort', cut)
    client.close()
  }
}

export interface Outgoing {
  readonly stream: Readable
  /** Whether the client has begun to take the text: from then on the server may have all of it. */
  readonly isBegun: boolean
}

/** A mail's bytes, one character each, as a stream that knows whether it was begun. */
export function outgoing(text: string): Outgoing {
  let isBegun = false
  const stream = new Readable({
    read() {
      isBegun = true
      this.push(Buffer.from(text, 'latin1'))
      this.push(null)
    },
  })
  return {
    stream,
    get isBegun() {
      return isBegun
    },
  }
}

/** Whether the server itself refused; 421 is no refusal of a mail, it only says that the connection ends. */
export function hasAnswer(error: unknown): boolean {
  if (!(error instanceof Error && 'responseCode' in error)) return false
  return typeof error.responseCode === 'number' && error.responseCode !== 421
}

/** Whether who was asked may have done it and died before saying so. */
function isOpen(error: unknown): boolean {
  return error instanceof CallError && error.reason !== 'noproc'
}

function tryAgain(cause: unknown, responseCode = 451): Error {
  const why = cause instanceof Error ? cause.message : String(cause)
  return Object.assign(new Error(`try again later: ${why}`, { cause }), { responseCode })
}
