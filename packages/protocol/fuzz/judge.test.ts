/** The judge that reads SPEC.md against the decoder that is shipped: where they differ, one of them is wrong. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeFrame } from '../src/codec/index.ts'
import { judge, newStory, RULES, randomOf, seedOf, spoiled } from './index.ts'

const seed = seedOf(process.env)
const FRAMES = 200

const spec = readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8')
const json = new Set(['crash', 'crash.amended'])

/** What both can say of bytes; of JSON bodies the decoder promises less than the judge. */
function decoded(payload: unknown) {
  const read = decodeFrame(payload)
  if (!read.ok) return { code: read.code }
  const { frame } = read
  return {
    seq: frame.seq,
    skipped: frame.skipped,
    tooLarge: frame.refused['record.too_large'],
    total: frame.records.length + frame.refused['record.malformed'],
    packed: frame.records.map(({ type }) => type).filter((type) => !json.has(type)),
  }
}

function judged(payload: unknown) {
  const verdict = judge(payload)
  if (!verdict.isTaken) return { code: verdict.code }
  return {
    seq: verdict.seq,
    skipped: verdict.skipped,
    tooLarge: verdict.tooLarge,
    total: verdict.kept.length + verdict.malformed,
    packed: verdict.kept.filter((type) => !json.has(type)),
  }
}

describe(`frames spoiled with seed ${seed}`, () => {
  test.each(RULES)('[%s] the decoder and the specification are of one mind', (rule) => {
    expect(spec).toContain(`[${rule}]`)
    const random = randomOf(seed ^ Number(rule.slice(5)))
    const story = newStory()
    for (let n = 1; n <= FRAMES; n++) {
      const payload = spoiled(rule, random, story, n)
      expect(decoded(payload), `${rule}, frame ${n} of ORRERY_SEED=${seed}`).toEqual(judged(payload))
    }
  })

  test('nothing that was read has changed what objects are', () => {
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

test('[WIRE-20] [WIRE-28] the fixtures are judged as they are labelled', () => {
  const folder = (kind: string) => new URL(`../fixtures/${kind}/`, import.meta.url)
  for (const kind of ['valid', 'invalid']) {
    for (const file of readdirSync(folder(kind)).filter((name) => name.endsWith('.bin'))) {
      const bytes = new Uint8Array(readFileSync(new URL(file, folder(kind))))
      expect(judged(bytes), file).toEqual(decoded(bytes))
    }
  }
})
