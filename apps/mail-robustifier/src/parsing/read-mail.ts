/**
 * Reads a mail for routing. Written for mail as it should be and without a guard against mail as it should not: what a
 * stranger sends can kill the parser that reads it, and nobody else.
 */
import { simpleParser } from 'mailparser'
import type { Digest } from '../messages.ts'

const DEEPEST_PART = 20

/** `text` holds the mail's bytes, one character each. */
export async function digestOf(text: string): Promise<Digest> {
  const mail = await simpleParser(Buffer.from(text, 'latin1'))
  const sender = (mail.from as NonNullable<typeof mail.from>).value[0]?.address as string
  const body = isEncoded(text) ? (mail.text ?? '') : decode(text)
  return {
    subject: (mail.subject as string).trim(),
    sender: sender.toLowerCase(),
    parts: countParts(text, 0),
    words: body.split(/\s+/).length,
  }
}

function isEncoded(text: string): boolean {
  return /^content-transfer-encoding: *(base64|quoted-printable)/im.test(text)
}

/** The declared charset is believed: an unknown one is a RangeError, bytes that are not of it a TypeError. */
function decode(text: string): string {
  const declared = /charset="?([\w-]+)/i.exec(text)?.[1] ?? 'us-ascii'
  const bytes = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1')
  return new TextDecoder(declared, { fatal: true }).decode(bytes)
}

/** Counts leaves of a multipart by its boundaries, parts within parts. */
function countParts(text: string, depth: number): number {
  if (depth > DEEPEST_PART) throw new RangeError(`parts within parts, more than ${DEEPEST_PART} deep`)
  const boundary = /^content-type: *multipart\/[^\r\n]*(?:\r\n[ \t][^\r\n]*)*?boundary="?([^"\r\n;]+)/im.exec(
    text,
  )
  if (boundary === null) return 1
  const [, ...parts] = text.slice(boundary.index + boundary[0].length).split(`--${boundary[1]}`)
  return parts.reduce((sum, part) => sum + (part.startsWith('--') ? 0 : countParts(part, depth + 1)), 0)
}
