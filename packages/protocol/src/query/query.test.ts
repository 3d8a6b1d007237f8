import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Accessor,
  type Clause,
  CRASH_FIELDS,
  type FieldTable,
  type FieldValue,
  formatQuery,
  matches,
  PROCESS_FIELDS,
  parseQuery,
  stateAt,
  termAt,
} from './index.ts'

interface Thing {
  fields?: Record<string, FieldValue | FieldValue[]>
  flags?: string[]
  texts?: string[]
}

const accessor = ({ fields = {}, flags = [], texts = [] }: Thing): Accessor => ({
  field: (name, path) => fields[[name, ...path].join('.')],
  flag: (name) => flags.includes(name),
  texts: () => texts,
})

function holds(text: string, thing: Thing, table: FieldTable = PROCESS_FIELDS): boolean {
  const parsed = parseQuery(text, table)
  if (!parsed.ok) throw new Error(parsed.message)
  return matches(parsed.query, accessor(thing))
}

function errorOf(text: string, table: FieldTable = PROCESS_FIELDS): string {
  const parsed = parseQuery(text, table)
  return parsed.ok ? 'ok' : `${parsed.code} [${text.slice(parsed.from, parsed.to)}] ${parsed.message}`
}

describe('[QUERY-1] clauses', () => {
  test('an empty query matches everything', () => {
    expect(holds('  ', {})).toBe(true)
  })

  test('all clauses must hold', () => {
    const thing = { fields: { mailbox: 101, module: 'Call' } }
    expect(holds('mailbox:>100 module:Call', thing)).toBe(true)
    expect(holds('mailbox:>100 module:Router', thing)).toBe(false)
  })

  test('[QUERY-2] a negated clause holds where the value is missing', () => {
    expect(holds('-node:rabbit@*', { fields: { node: 'rabbit@mq' } })).toBe(false)
    expect(holds('-node:rabbit@*', {})).toBe(true)
    expect(holds('-is:resolved', {}, { fields: [], flags: [{ name: 'resolved', about: '' }] })).toBe(true)
  })

  test('[QUERY-3] free text is contained, without regard to case; quotes keep it whole', () => {
    const thing = { texts: ['TrunkLink', '<0.17.0>'] }
    expect(holds('trunk <0.17', thing)).toBe(true)
    expect(holds('-trunk', thing)).toBe(false)
    expect(holds('"trunk link"', thing)).toBe(false)
    expect(holds('"-is:crashed"', { texts: ['really -is:crashed'] })).toBe(true)
  })
})

describe('[QUERY-4] values', () => {
  test('text is equal, without regard to case', () => {
    expect(holds('module:trunklink', { fields: { module: 'TrunkLink' } })).toBe(true)
    expect(holds('module:trunk', { fields: { module: 'TrunkLink' } })).toBe(false)
    expect(holds('pid:<0.17.0>', { fields: { pid: '<0.17.0>' } })).toBe(true)
  })

  test('~ contains, * stands for anything, | gives choices', () => {
    const thing = { fields: { module: 'TrunkLink' } }
    expect(holds('module:~unkl', thing)).toBe(true)
    expect(holds('module:Tr*L*k', thing)).toBe(true)
    expect(holds('module:Tr*x*k', thing)).toBe(false)
    expect(holds('module:Call|TrunkLink', thing)).toBe(true)
    expect(holds('module:"Call|TrunkLink"', thing)).toBe(false)
    expect(holds('module:"Tr*"', thing)).toBe(false)
    expect(holds('label:"call 07"*', { fields: { label: 'Call 0731' } })).toBe(true)
  })

  test('a node may be named by either half', () => {
    const thing = { fields: { node: 'exchange@lund-1' } }
    expect(holds('node:lund-1', thing)).toBe(true)
    expect(holds('node:exchange', thing)).toBe(true)
    expect(holds('node:lund', thing)).toBe(false)
  })

  test('numbers and durations compare', () => {
    const thing = { fields: { mailbox: 1_500, uptime: 90_000 } }
    expect(holds('mailbox:>=1.5k mailbox:1500 mailbox:<2k', thing)).toBe(true)
    expect(holds('uptime:>1m uptime:<=90s', thing)).toBe(true)
    expect(holds('mailbox:>100', { fields: { mailbox: null } })).toBe(false)
  })

  test('last:24h holds for an age of at most that', () => {
    expect(holds('last:24h', { fields: { last: 86_400_000 } }, CRASH_FIELDS)).toBe(true)
    expect(holds('last:24h', { fields: { last: 86_400_001 } }, CRASH_FIELDS)).toBe(false)
  })

  test('stack is searched within, whatever is typed', () => {
    const thing = { fields: { stack: ['FrameBuffer.push src/frame-buffer.ts:88', 'x src/link.ts:142'] } }
    expect(holds('stack:link.ts:142', thing, CRASH_FIELDS)).toBe(true)
    expect(holds('stack:~link.ts:14', thing, CRASH_FIELDS)).toBe(true)
  })

  test('state.… takes numbers and text', () => {
    const thing = { fields: { 'state.buffer.lost': 3, 'state.mode': 'open' } }
    expect(holds('state.buffer.lost:>0 state.buffer.lost:3 state.mode:op*', thing, CRASH_FIELDS)).toBe(true)
    expect(holds('state.buffer.lost:>3', thing, CRASH_FIELDS)).toBe(false)
  })

  test('sup is short for supervisor', () => {
    const parsed = parseQuery('sup:BillingSup', PROCESS_FIELDS)
    expect(parsed.ok && parsed.query.clauses[0]).toMatchObject({ kind: 'match', field: 'supervisor' })
  })
})

describe('[QUERY-5] errors point at the part that is wrong', () => {
  test.each([
    ['mailbox:>lots', 'query.number_expected [>lots] mailbox takes a number, as in mailbox:>100'],
    ['a mailbox:', 'query.value_missing [mailbox:] mailbox needs a value, as in mailbox:>100'],
    ['mailbx:>3', 'query.field_unknown [mailbx] there is no field “mailbx”; did you mean mailbox?'],
    ['http://x', 'query.field_unknown [http] there is no field “http”; quote it to find it as text'],
    ['uptime:>5', 'query.duration_expected [>5] uptime takes a duration, as in uptime:<5m'],
    ['module:>3', 'query.text_expected [>3] module takes text, as in module:TrunkLink'],
    ['is:suspnded', 'query.flag_unknown [suspnded] nothing is “suspnded” here; did you mean is:suspended?'],
    ['name:"Call', 'query.quote_open ["Call] this quote is not closed'],
    ['x -', 'query.negation_empty [-] - stands before a field or a text, as in -node:a'],
    ['name.a:b', 'query.path_unknown [name.a] name has nothing within it, as in name:~trunk'],
    ['name:a|', 'query.value_missing [name:a|] name needs a value, as in name:~trunk'],
  ])('%s', (text, error) => {
    expect(errorOf(text)).toBe(error)
  })

  test('in the table of crashes', () => {
    expect(errorOf('state:3', CRASH_FIELDS)).toBe(
      'query.path_missing [state] state needs a path, as in state.buffer.lost:>0',
    )
    expect(errorOf('last:>24h', CRASH_FIELDS)).toBe(
      'query.duration_expected [>24h] last takes a duration, as in last:24h',
    )
    expect(errorOf('x'.repeat(2_001))).toMatch(/^query.too_long/)
  })

  test('every example of the tables parses', () => {
    for (const table of [PROCESS_FIELDS, CRASH_FIELDS]) {
      for (const { example } of table.fields) expect(errorOf(example, table)).toBe('ok')
    }
  })
})

describe('properties', () => {
  const fragment = fc.constantFrom(
    'is:',
    'mailbox:',
    'state.a.',
    '>',
    '~',
    '*',
    '|',
    '"',
    '\\',
    '-',
    ' ',
    ':',
    'node:',
  )
  const typed = fc
    .array(fc.oneof(fragment, fc.string({ maxLength: 5 })), { maxLength: 12 })
    .map((parts) => parts.join(''))

  test('[QUERY-6] no text makes the parser throw, and an error lies inside the text', () => {
    fc.assert(
      fc.property(typed, fc.constantFrom(PROCESS_FIELDS, CRASH_FIELDS), (text, table) => {
        const parsed = parseQuery(text, table)
        if (parsed.ok) return
        expect(parsed.from).toBeLessThan(parsed.to)
        expect(parsed.from).toBeGreaterThanOrEqual(0)
        expect(parsed.to).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 3_000 },
    )
  })

  test('[QUERY-7] a query that is formatted and parsed again is the same', () => {
    fc.assert(
      fc.property(typed, fc.constantFrom(PROCESS_FIELDS, CRASH_FIELDS), (text, table) => {
        const parsed = parseQuery(text, table)
        if (!parsed.ok) return
        const formatted = formatQuery(parsed.query, table)
        const again = parseQuery(formatted, table)
        expect(again.ok && again.query.clauses.map(unplaced)).toEqual(parsed.query.clauses.map(unplaced))
        expect(formatQuery(again.ok ? again.query : parsed.query, table)).toBe(formatted)
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('values in a captured state', () => {
  const state = {
    $: 'object' as const,
    entries: [
      ['buffer', { $: 'object' as const, entries: [['lost', 3]] as [string, number][] }],
      ['tail', { $: 'array' as const, items: ['a', 'b'] }],
    ] as [string, never][],
  }

  test('a path leads through objects and lists to a plain value', () => {
    expect(termAt(state, ['buffer', 'lost'])).toBe(3)
    expect(termAt(state, ['tail', '1'])).toBe('b')
    expect(termAt(state, ['tail', 'length'])).toBeUndefined()
    expect(stateAt({ status: 'redacted', why: 'key' }, ['buffer'])).toBeUndefined()
  })
})

function unplaced(clause: Clause): object {
  return { ...clause, from: 0, to: 0 }
}
