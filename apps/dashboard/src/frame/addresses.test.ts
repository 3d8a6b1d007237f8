import { describe, expect, it } from 'vitest'
import { crashPath, nodePath, placeOf, processesPath, treePath } from './addresses.ts'

describe('addresses', () => {
  it('a path says its screen and scope', () => {
    expect(placeOf('/')).toEqual({ screen: 'cluster', node: null, crashId: null })
    expect(placeOf('/nodes/mail@host')).toEqual({ screen: 'node', node: 'mail@host', crashId: null })
    expect(placeOf('/nodes/mail@host/tree')).toEqual({ screen: 'tree', node: 'mail@host', crashId: null })
    expect(placeOf('/processes')).toEqual({ screen: 'processes', node: null, crashId: null })
    expect(placeOf(processesPath('a@b'))).toEqual({ screen: 'processes', node: 'a@b', crashId: null })
    expect(placeOf('/crashes')).toEqual({ screen: 'crashes', node: null, crashId: null })
    expect(placeOf('/crashes/c%2F1')).toEqual({ screen: 'crash', node: null, crashId: 'c/1' })
    expect(placeOf('/elsewhere').screen).toBe('other')
  })

  it('what goes into a path comes out of it', () => {
    expect(placeOf(nodePath('a b%@h')).node).toBe('a b%@h')
    expect(placeOf(crashPath('x/y?z')).crashId).toBe('x/y?z')
    expect(placeOf('/nodes/%E0%A4%A').node).toBe('%E0%A4%A')
  })

  it('a table address carries the query', () => {
    expect(processesPath(null, 'is:busy')).toBe('/processes?q=is%3Abusy')
    expect(processesPath('a@b')).toBe('/nodes/a@b/processes')
  })

  it('a tree address carries the logical key', () => {
    expect(treePath('mail@host')).toBe('/nodes/mail@host/tree')
    expect(treePath('mail@host', 'root/pool#3', 'state')).toBe(
      '/nodes/mail@host/tree?key=root%2Fpool%233&tab=state',
    )
  })
})
