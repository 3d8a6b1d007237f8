import type { SelectionView, TableView } from '@orrery/live/views'
import { PROCESS_FIELDS, parseQuery } from '@orrery/protocol/query'
import { describe, expect, it } from 'vitest'
import { readAddress, splitId, type TableAddress, writeAddress } from './address.ts'
import { killable, suspendable } from './bulk.ts'
import { COLUMNS, fitting, PRESETS, shortNode } from './columns.ts'
import { completionOf, take } from './completion.ts'

const values: TableView['values'] = {
  behaviour: ['GenServer', 'Supervisor'],
  module: ['Call', 'Crafted "quote"'],
  node: ['mail@localhost'],
  supervisor: ['CallSup'],
}

describe('the address', () => {
  it('says everything that is not as it comes, and reads back what it said', () => {
    const address: TableAddress = {
      q: 'is:busy sup:"a b"',
      sort: 'uptime',
      order: 'asc',
      group: 'node',
      row: 'mail@localhost root/a b',
      tab: 'state',
      selected: new Set(['mail@localhost root/a', 'mail@localhost root/b']),
    }
    expect(readAddress(new URLSearchParams(writeAddress(address)))).toEqual(address)
    const plain = readAddress(new URLSearchParams())
    expect(plain).toMatchObject({ sort: 'mailbox', order: 'desc', group: 'none', row: null })
    expect(writeAddress(plain)).toBe('')
    expect(readAddress(new URLSearchParams('sel=*&group=whim&sort=-in'))).toMatchObject({
      selected: 'all',
      group: 'none',
      sort: 'in',
      order: 'desc',
    })
  })

  it('an id is the name of a node and a key, though a name holds a space', () => {
    expect(splitId('a b@h root/x y', ['a', 'a b@h'])).toEqual({ node: 'a b@h', key: 'root/x y' })
    expect(splitId('a@h root/x', [])).toEqual({ node: 'a@h', key: 'root/x' })
  })
})

describe('completion', () => {
  const labels = (text: string, caret = text.length) =>
    completionOf(text, caret, values)?.offers.map(({ label }) => label) ?? []

  it('offers fields by their beginning, aliases too, then signs or what the node has', () => {
    expect(labels('mo')).toEqual(['module:'])
    expect(labels('is:busy su')).toEqual(['supervisor:'])
    expect(labels('mailbox:')).toEqual(['>', '>=', '<', '<='])
    expect(labels('-sup:')).toEqual(['CallSup'])
    expect(labels('status:re')).toEqual(['restarting'])
    expect(labels('is:sus')).toEqual(['suspended'])
    expect(labels('behaviour:gen')).toEqual(['GenServer'])
  })

  it('offers nothing inside quotes, for what is no field, and for what is done', () => {
    expect(labels('label:"mo')).toEqual([])
    expect(labels('whim:')).toEqual([])
    expect(labels('is:suspended')).toEqual([])
  })

  it('what is taken can be read', () => {
    for (const text of ['mod', 'x module:', '-behaviour:su', 'node:', 'is:']) {
      const completion = completionOf(text, text.length, values)
      for (const offer of completion?.offers ?? []) {
        const next = take(text, completion as NonNullable<typeof completion>, offer)
        expect(next.caret).toBe(next.text.length)
        if (next.text.endsWith(' ')) expect(parseQuery(next.text, PROCESS_FIELDS).ok, next.text).toBe(true)
      }
    }
    const middle = completionOf('mod is:busy', 3, values)
    expect(take('mod is:busy', middle as NonNullable<typeof middle>, middle?.offers[0] as never).text).toBe(
      'module: is:busy',
    )
  })
})

describe('columns', () => {
  it('leave one by one as it gets narrow, name, mailbox and wait never', () => {
    const chosen = COLUMNS.filter(({ id }) => PRESETS.default.includes(id as never))
    const ids = (width: number) => fitting(chosen, width).map(({ id }) => id)
    expect(ids(1_384)).toHaveLength(chosen.length)
    expect(ids(880)).not.toContain('restarts')
    expect(ids(100)).toEqual(['mailbox', 'wait'])
    expect(fitting(COLUMNS, 1_400).length).toBeLessThanOrEqual(COLUMNS.length)
  })

  it('a node is called by its host where that tells it from the others', () => {
    const all = ['exchange@kista-1', 'exchange@kista-2', 'mail@localhost', 'a@lund', 'b@lund']
    expect(all.map((node) => shortNode(node, all))).toEqual([
      'kista-1',
      'kista-2',
      'mail@localhost',
      'a@lund',
      'b@lund',
    ])
  })
})

describe('what can be done to a selection', () => {
  const item = (name: string, status: SelectionView['items'][number]['status'], node = 'a') => ({
    node,
    key: name,
    pid: name,
    name,
    kind: 'worker' as const,
    status,
  })
  const nodes = {
    a: { status: 'live' as const, capabilities: ['process.suspend', 'process.kill'] },
    b: { status: 'gone' as const, capabilities: ['process.suspend', 'process.kill'] },
  }

  it('each counts what it will touch, and says why not the others', () => {
    const selection: SelectionView = {
      total: 4,
      items: [
        item('TrunkLink', 'restarting'),
        item('Framer', 'waiting'),
        item('Router', 'busy'),
        item('Far', 'busy', 'b'),
      ],
      down: 35,
      spread: [{ name: 'TrunkSup', strategy: 'one_for_all' }],
    }
    const suspend = suspendable(selection, nodes)
    expect(suspend.items.map(({ name }) => name)).toEqual(['Router'])
    expect(suspend.why).toEqual([
      '1 is on a node that does not allow it, or is not heard.',
      'TrunkLink and Framer are not running.',
    ])
    const kill = killable(selection, nodes)
    expect(kill.items).toHaveLength(3)
    expect(kill.why.at(-1)).toBe('Kill takes 35 processes down: TrunkSup is one_for_all.')
  })
})
