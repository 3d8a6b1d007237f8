import { describe, expect, it } from 'vitest'
import { sampleNode } from '../cluster/sample-node.ts'
import { placeOf } from './addresses.ts'
import { inTurn, localOffers, processOffers } from './palette-model.ts'

const cluster = {
  hub: { version: '', address: '', startedAtMs: 0, store: 'embedded', storeState: 'ready' },
  nodes: { 'mail@a': sampleNode({ node: 'mail@a' }), 'db@b': sampleNode({ node: 'db@b', status: 'gone' }) },
  offenders: [],
  door: [],
} as const satisfies Parameters<typeof localOffers>[2]

describe('the palette', () => {
  it('offers nodes, screens and actions that hold every word', () => {
    const labels = localOffers('dark sw', placeOf('/'), cluster, 'mail@a').map((offer) => offer.label)
    expect(labels).toEqual(['Switch between dark and light'])
  })

  it('changing the scope keeps the lens', () => {
    const offers = localOffers('node:db', placeOf('/nodes/mail@a/tree'), cluster, 'mail@a')
    expect(offers[0]).toMatchObject({ label: 'db@b', href: '/nodes/db@b/tree', glyph: 'lost' })
  })

  it('offers no tree while there is no node', () => {
    const labels = localOffers('', placeOf('/'), { ...cluster, nodes: {} }, null).map((offer) => offer.label)
    expect(labels).not.toContain('Tree')
    expect(labels).toContain('Crashes')
  })

  it('a process leads to its place in the tree, by logical key', () => {
    const [offer] = processOffers([
      {
        node: 'mail@a',
        key: 'root/w#1',
        pid: '<0.9.0>',
        name: 'W',
        label: null,
        behaviour: 'GenServer',
        module: 'W',
        parent: 'root',
        status: 'busy',
        mailboxLength: 0,
        receivedPerS: 0,
        handledPerS: 0,
        restarts: 0,
        startedAtMs: 0,
        fault: null,
      },
    ])
    expect(offer?.href).toBe('/nodes/mail@a/tree?key=root%2Fw%231')
  })
  it('shows the best of each node before the second best of any', () => {
    expect(inTurn([[1, 4, 6], [], [2, 5], [3]])).toEqual([1, 2, 3, 4, 5, 6])
    expect(inTurn([])).toEqual([])
  })
})
