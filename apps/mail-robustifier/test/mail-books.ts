/** The books of a run: what senders were told, against what lies at the back-ends and in quarantine, mail by mail. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BACKENDS } from '../src/messages.ts'
import type { Ambiguous } from '../src/spool/ambiguous-log.ts'
import { type Answer, NUMBER_HEADER } from './mail-sender.ts'

/** One copy of a mail where it arrived: a back-end's name, or `quarantine`. */
export interface Copy {
  number: string
  id: string
  place: string
}

export interface MailBooks {
  /** Told 250, and those in doubt that were taken all the same. */
  accepted: number
  delivered: number
  quarantined: number
  /** Accepted, and nowhere. */
  lost: string[]
  /** Copies beyond the first. */
  duplicates: number
  /** Of these, those without a line in the log of ambiguous attempts. */
  unexplained: string[]
  /** Refused, and delivered all the same: the front-end lied. */
  denied: string[]
}

/** Reads every mail that arrived. */
export async function readCopies(dataDir: string): Promise<Copy[]> {
  const places = [
    ...BACKENDS.map((name) => ({
      place: name as string,
      folder: join(dataDir, 'backends', name.toLowerCase()),
    })),
    { place: 'quarantine', folder: join(dataDir, 'quarantine') },
  ]
  const copies = await Promise.all(
    places.map(async ({ place, folder }) => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.eml'))
      return Promise.all(
        names.map(async (name) => copyOf(place, name, await readFile(join(folder, name), 'latin1'))),
      )
    }),
  )
  return copies.flat()
}

export function balanceMail(
  answers: ReadonlyMap<string, Answer>,
  copies: readonly Copy[],
  log: readonly Ambiguous[],
): MailBooks {
  const byNumber = new Map<string, Copy[]>()
  for (const copy of copies) byNumber.set(copy.number, [...(byNumber.get(copy.number) ?? []), copy])
  const told = (answer: Answer): string[] => [...answers].flatMap(([n, said]) => (said === answer ? [n] : []))
  const taken = told('in doubt').filter((number) => byNumber.has(number))
  const accepted = [...told('accepted'), ...taken]
  const isQuarantined = (number: string): boolean =>
    byNumber.get(number)?.some(({ place }) => place === 'quarantine') ?? false
  const found = accepted.filter((number) => byNumber.has(number))
  const several = [...byNumber.values()].filter((held) => held.length > 1)
  return {
    accepted: accepted.length,
    delivered: found.filter((number) => !isQuarantined(number)).length,
    quarantined: found.filter(isQuarantined).length,
    lost: accepted.filter((number) => !byNumber.has(number)),
    duplicates: several.reduce((sum, held) => sum + held.length - 1, 0),
    unexplained: several.filter((held) => !isExplained(held, log)).map(([first]) => first?.number ?? ''),
    denied: told('refused').filter((number) => byNumber.has(number)),
  }
}

/** All copies but one came by an attempt that is in the log, for this mail and this back-end. */
function isExplained(held: readonly Copy[], log: readonly Ambiguous[]): boolean {
  const explained = held.filter(({ id, place }) =>
    log.some((line) => line.id === id && line.backend === place),
  )
  return explained.length >= held.length - 1
}

function copyOf(place: string, name: string, text: string): Copy {
  const stem = name.slice(0, -'.eml'.length)
  const id = place === 'quarantine' ? stem : stem.slice(stem.indexOf('-') + 1)
  const number = new RegExp(`^${NUMBER_HEADER}: (\\d+)`, 'm').exec(text)?.[1]
  if (number === undefined) throw new Error(`${place} holds ${name}, which nobody sent`)
  return { number, id, place }
}
