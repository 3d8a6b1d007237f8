import { PROCESS_FIELDS, parseQuery } from '@orrery/protocol/query'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { call, calls, POOL, ROOT } from '../test/call-node.ts'
import { OF_MANY, ONE_FOR_ONE, Teller } from '../test/teller.ts'
import { textScan } from './text-scan.ts'

const ASK = { node: null, q: '', sort: 'match', order: 'asc' as const, offset: 0, limit: 20 }

function exchange(): Teller {
  const t = new Teller()
  t.start(
    ROOT,
    POOL,
    { ref: 3, parentRef: 1, childId: 'trunk', name: 'TrunkSup', supervisor: ONE_FOR_ONE },
    { ref: 4, parentRef: 3, childId: 'blink', module: 'Blink' },
    { ref: 5, parentRef: 3, childId: 'link', module: 'TrunkLink', label: 'Kista to Lund' },
    { ref: 6, parentRef: 3, childId: 'TrunkLink', module: 'T' },
    { ref: 7, parentRef: 3, childId: 'link_2', module: 'T' },
    { ref: 8, parentRef: 1, childId: 'odd', supervisor: OF_MANY },
    { ref: 9, parentRef: 8, childId: 'o', slot: 3, name: 'named', module: 'Odd' },
    ...Array.from({ length: 20 }, (_, slot) => call(slot)),
    ...Array.from({ length: 8 }, (_, slot) => ({ ...call(slot + 20), module: 'Linker' })),
    { ref: 60, parentRef: 1, childId: 'sup', name: 'link_sup', supervisor: ONE_FOR_ONE },
  )
  return t
}

describe('free text among processes', () => {
  it('is found where the query language finds it', () => {
    const t = exchange()
    const word = fc.oneof(
      fc.constantFrom(
        'call',
        'Call 1',
        'all 1',
        '1',
        '<0.1',
        'TRUNK',
        'k',
        'lund',
        'named',
        'odd 3',
        '3',
        '"a l"',
        'x',
      ),
      fc.string({ minLength: 1, maxLength: 2 }),
    )
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 2 }), (words) => {
        const q = words.map((one) => JSON.stringify(one)).join(' ')
        const parsed = parseQuery(q, PROCESS_FIELDS)
        fc.pre(parsed.ok && textScan(parsed.query) !== null)
        // A clause that always holds leaves it to the query language.
        const plain = t.world.processesView({ ...ASK, sort: 'pid', q: `${q} restarts:>=0`, limit: 100 })
        const scanned = t.world.processesView({ ...ASK, sort: 'pid', q, limit: 100 })
        expect(plain.error).toBeNull()
        expect(scanned).toEqual(plain)
      }),
    )
  })

  it('is told from what asks for more', () => {
    const scan = (q: string) => {
      const parsed = parseQuery(q, PROCESS_FIELDS)
      return parsed.ok && textScan(parsed.query) !== null
    }
    expect(['trunk', 'trunk link', '-trunk', 'is:supervisor', 'trunk is:supervisor', ''].map(scan)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ])
  })

  it('ranks: the whole name, its beginning, a word, a part, anything else, and members of pools last', () => {
    const { rows } = exchange().world.processesView({ ...ASK, q: 'link' })
    const names = rows.map(({ name }) => name)
    expect(names.slice(0, 5)).toEqual(['link', 'link_sup', 'link_2', 'TrunkLink', 'blink'])
    expect(names.slice(5)).toEqual([20, 21, 22, 23, 24, 25, 26, 27].map((slot) => `Linker ${slot}`))
  })

  it('finds a member of a pool that is meant exactly, before all who begin alike', () => {
    const { rows } = calls(40).world.processesView({ ...ASK, q: '"call 3"' })
    expect(rows[0]?.name).toBe('Call 3')
    expect(rows).toHaveLength(11)
  })
})
