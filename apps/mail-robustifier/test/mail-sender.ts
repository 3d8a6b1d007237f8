/**
 * The world outside of a run: sends numbered mail over real SMTP, at a rate, and remembers what was said to each. A mail
 * whose connection ended without an answer is in doubt: it may have been taken, and is never sent again under its number.
 */
import { createTransport } from 'nodemailer'
import { MALFORMED } from '../src/generator/letters.ts'
import { USERS } from '../src/messages.ts'
import { hasAnswer, LOOPBACK, outgoing } from '../src/smtp.ts'

export type Answer = 'accepted' | 'refused' | 'in doubt'

export interface MailSender {
  /** By number, as it stands in the header of that name. */
  readonly answers: ReadonlyMap<string, Answer>
  /** Resolves when what is under way has its answer. */
  stop(): Promise<void>
}

export const NUMBER_HEADER = 'X-Number'

export interface SenderOptions {
  port: number
  mailsPerS: number
  random: () => number
}

const LANES = 6
/** Of all mail: what no parser survives. */
const MALFORMED_SHARE = 0.01
const DOWN_MS = 100

export function startSender({ port, mailsPerS, random }: SenderOptions): MailSender {
  const answers = new Map<string, Answer>()
  const stopped = new AbortController()
  let last = 0

  const sendOne = async (): Promise<void> => {
    const number = String(++last)
    const message = outgoing(mail(number, random))
    const client = createTransport({
      host: LOOPBACK,
      port,
      name: 'sender',
      secure: false,
      ignoreTLS: true,
      connectionTimeout: 5_000,
      greetingTimeout: 5_000,
      socketTimeout: 10_000,
    })
    const to = USERS[Math.floor(random() * USERS.length)] ?? USERS[0]
    const envelope = { from: 'sender@example.org', to: [`${to}@example.org`] }
    try {
      await client.sendMail({ envelope, raw: message.stream })
      answers.set(number, 'accepted')
    } catch (error) {
      answers.set(number, message.isBegun && !hasAnswer(error) ? 'in doubt' : 'refused')
      await pause(DOWN_MS)
    } finally {
      client.close()
    }
  }

  const lane = async (): Promise<void> => {
    let dueMs = performance.now()
    while (!stopped.signal.aborted) {
      await sendOne()
      dueMs = Math.max(dueMs + (LANES * 1_000) / mailsPerS, performance.now() - 1_000)
      await pause(dueMs - performance.now())
    }
  }

  const lanes = Promise.all(Array.from({ length: LANES }, lane))
  return {
    answers,
    async stop() {
      stopped.abort()
      await lanes
    },
  }
}

function mail(number: string, random: () => number): string {
  const head = `${NUMBER_HEADER}: ${number}\r\n`
  if (random() >= MALFORMED_SHARE) {
    return `${head}From: sender@example.org\r\nSubject: mail ${number}\r\n\r\nThe ${number}th.\r\n`
  }
  const kinds = Object.values(MALFORMED)
  return `${head}${kinds[Math.floor(random() * kinds.length)] ?? ''}`
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
}
