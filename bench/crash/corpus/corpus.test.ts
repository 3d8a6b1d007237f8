/** The corpus of `npm run bench -- crash corpus`, in small. `ORRERY_SEED` moves it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type GroupedCrash, group, strays } from './corpus.ts'
import { FORMS, planOf } from './plan.ts'
import { type Thrown, throwCorpus } from './run.ts'
import { score } from './score.ts'

const seed = Number(process.env.ORRERY_SEED ?? 1)

describe(`a corpus of crashes, ORRERY_SEED=${seed}`, () => {
  let thrown: Thrown[]
  let grouped: GroupedCrash[]
  beforeAll(async () => {
    thrown = await throwCorpus({ seed, servers: 2, times: 1, builds: ['plain', 'minified'] })
    grouped = group(thrown)
  }, 120_000)

  it('is grouped by module, function, class and message type, in both builds and releases', () => {
    const { precision, recall, crashes, classes } = score(grouped)
    console.log(`${crashes} crashes, ${classes} classes`, { precision, recall })
    expect(strays(grouped)).toEqual([])
    expect(Math.min(precision, recall)).toBeGreaterThanOrEqual(0.98)
    expect(classes).toBeGreaterThan(20)
  })

  it('holds what it is for: two releases, moved lines, names shortened by the minifier', () => {
    const tops = thrown.flatMap(({ report, from, truth }) => {
      const { stack } = report.cause
      const top =
        stack.status === 'captured' ? stack.value.frames.find(({ owner }) => owner === 'app') : undefined
      return top && stack.status === 'captured'
        ? [{ from, truth, line: top.line, raw: stack.value.raw, fn: top.fn }]
        : []
    })
    const moved = tops.filter(
      (a) =>
        a.from === 'minified 1' &&
        tops.some((b) => b.from === 'minified 2' && b.truth === a.truth && b.line !== a.line),
    )
    expect(moved.length).toBeGreaterThan(5)
    const shortened = tops.filter(
      ({ from, fn, raw }) => from.startsWith('minified') && fn !== null && !raw.includes(fn),
    )
    expect(shortened.length).toBeGreaterThan(5)
    expect(grouped.some(({ isRoot }) => !isRoot)).toBe(true)
  })
})

describe('score', () => {
  it('counts pairs', () => {
    const of = (...pairs: [group: string, truth: string][]) =>
      score(pairs.map(([group, truth]) => ({ group, truth })))
    expect(of(['g', 'a'], ['g', 'a'], ['h', 'b'])).toMatchObject({ precision: 1, recall: 1 })
    expect(of(['g', 'a'], ['g', 'b'])).toMatchObject({ precision: 0 })
    expect(of(['g', 'a'], ['h', 'a'], ['h', 'a'])).toMatchObject({ precision: 1, recall: 1 / 3 })
  })
})

it('a plan follows its seed, and a few servers have every form of function', () => {
  expect(planOf(5, 4)).toEqual(planOf(5, 4))
  expect(planOf(5, 4)).not.toEqual(planOf(6, 4))
  expect(new Set(planOf(5, 8).sites.map(({ form }) => form))).toEqual(new Set(FORMS))
})
