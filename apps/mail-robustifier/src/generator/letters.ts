/** What people write to each other, and what should not have been written. */
import type { SendMailOptions } from 'nodemailer'
import { USERS } from '../messages.ts'

export type Random = () => number

const SUBJECTS = [
  'Lunch på fredag?',
  'Minutes of the trunk meeting',
  'Re: the switch in Luleå',
  'Invoice 48211',
  'Your call detail records',
  'Photos from Midsummer ☀',
  'Reminder: on call next week',
  'Fwd: release notes R13B',
]
const SENTENCES = [
  'The exchange has been up for nine years and I would like to keep it so.',
  'Kan du titta på det här innan mötet?',
  'It crashed, it came back, nobody noticed.',
  'Please find attached what we spoke about.',
  'I have moved the supervisor one level up, as you said.',
  'Vi ses på perrongen klockan åtta.',
  'If it happens again, do nothing.',
]
const DOMAIN = 'example.org'

/** A letter from somebody to one or two others; some have two forms, some an attachment. */
export function letter(sender: string, random: Random): SendMailOptions {
  const text = Array.from({ length: 2 + Math.floor(random() * 4) }, () => pick(SENTENCES, random)).join('\n')
  const others = USERS.filter((user) => user !== sender)
  const to = random() < 0.8 ? [pick(others, random)] : [pick(others, random), pick(others, random)]
  return {
    from: address(sender),
    to: [...new Set(to)].map(address),
    subject: pick(SUBJECTS, random),
    text,
    ...(random() < 0.4 ? { html: `<p>${text.replaceAll('\n', '</p><p>')}</p>` } : {}),
    ...(random() < 0.2 ? { attachments: [{ filename: 'records.csv', content: records(random) }] } : {}),
  }
}

/** Mail that no parser here survives, each for a reason of its own. */
export const MALFORMED: Readonly<Record<string, string>> = {
  'no sender': mail(['Subject: who am I'], 'A mail without a From.'),
  'no subject': mail(['From: crank@example.org'], 'A mail without a Subject.'),
  'unknown charset': mail(
    ['From: crank@example.org', 'Subject: runes', 'Content-Type: text/plain; charset=x-futhark'],
    'þis is not a charset anybody has.',
  ),
  'bytes that are not UTF-8': mail(
    ['From: crank@example.org', 'Subject: torn', 'Content-Type: text/plain; charset=utf-8'],
    'caf\xe9, half a character: \xc3',
  ),
  'parts without end': nested(40),
}

export function address(user: string): string {
  return `${user}@${DOMAIN}`
}

export function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T
}

function mail(headers: readonly string[], body: string): string {
  return [...headers, `To: ${address(USERS[0])}`, '', body, ''].join('\r\n')
}

function nested(levels: number): string {
  const head = ['From: crank@example.org', 'Subject: matryoshka', `To: ${address(USERS[0])}`].join('\r\n')
  let body = 'Content-Type: text/plain\r\n\r\nthe innermost\r\n'
  for (let level = 0; level < levels; level++)
    body = `Content-Type: multipart/mixed; boundary="b${level}"\r\n\r\n--b${level}\r\n${body}\r\n--b${level}--\r\n`
  return `${head}\r\nMIME-Version: 1.0\r\n${body}`
}

function records(random: Random): string {
  const rows = Array.from(
    { length: 20 },
    (_, i) => `${i},+46${Math.floor(random() * 1e8)},${Math.floor(random() * 600)}`,
  )
  return ['call,to,seconds', ...rows].join('\n')
}
