/**
 * The line holds: what is promised under kills, storms, spoiled frames and time, at the stated lengths. About two hours in
 * all; `npm test` has each in short. Throws where a promise did not hold that no figure would show.
 */
import { away } from '../holds/away.ts'
import { FULL as BROWSERS, browsers } from '../holds/browsers.ts'
import { FULL as FUZZ, fuzz } from '../holds/fuzz.ts'
import { images } from '../holds/images.ts'
import { holdKills } from '../holds/kills.ts'
import { holdLives } from '../holds/lives.ts'
import { holdMailUnderKills } from '../holds/mail.ts'
import { holdMailUnderFaults } from '../holds/mail-faults.ts'
import { slope } from '../holds/slope.ts'
import { storm } from '../holds/storm.ts'
import type { Suite } from '../suite.ts'

export const parts: Suite['parts'] = {
  kills: (log) => holdKills({}, log),
  mail: (log) => holdMailUnderKills({}, log),
  mail_faults: (log) => holdMailUnderFaults({}, log),
  storm: (log) => storm({ crashesPerS: 20_000, seconds: 30, pairs: 20, blockSeconds: 1 }, log),
  fuzz: (log) => fuzz(FUZZ, log),
  browsers: (log) => browsers(BROWSERS, log),
  away: (log) => away({ minutes: 10, crashesPerS: 100, spoolMb: 64 }, log),
  lives: (log) =>
    holdLives({ processes: 10_000, seconds: 600, deathsPerS: 500, sampleEveryS: 10, warmUpS: 120 }, log),
  images: (log) => images({ healthyWithinMs: 60_000 }, log),
  slope: (log) => slope({ minutes: 60, warmUpMinutes: 10, everyS: 10 }, log),
}
