import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { farKeys, nearKeys } from './near-keys.ts'

const key = fc
  .array(fc.constantFrom('a', 'ab', '/', '#1', '\ud83d\ude00', '\ud83d'), { maxLength: 12 })
  .map((all) => all.join(''))

describe('keys told by the key before them', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        const told = JSON.parse(JSON.stringify(nearKeys(keys))) as ReturnType<typeof nearKeys>
        expect(farKeys(told)).toEqual(keys)
      }),
    )
  })
  it('say what is their own', () => {
    const pool = (path: string) => `root/${path}/#pool:Worker`
    expect(nearKeys([pool('group-1'), pool('group-2'), pool('group-2/link')])).toEqual([
      [0, pool('group-1'), 0],
      [11, '2', 13],
      [13, 'link/', 12],
    ])
  })
  it('that no key before explains are a misfit', () => {
    expect(farKeys([[3, 'a', 0]])).toBeNull()
    expect(
      farKeys([
        [0, 'abc', 0],
        [2, '', 2],
      ]),
    ).toBeNull()
  })
})
