import { describe, expect, it } from 'vitest'
import { lastOf, sparkPaths } from './spark-paths.ts'

describe('sparkPaths', () => {
  it('a gap breaks the line and never falls to zero', () => {
    const { line } = sparkPaths([1, 1, null, 1, 1], 100, 20, { max: 1 })
    expect(line.match(/M/g)).toHaveLength(2)
    expect(line).toBe('M0.0 1.0L25.0 1.0M75.0 1.0L100.0 1.0')
  })

  it('fewer values than slots start from the right', () => {
    const { line } = sparkPaths([1, 1], 100, 20, { max: 1, slots: 11 })
    expect(line).toBe('M90.0 1.0L100.0 1.0')
  })

  it('a lone value between gaps is a dash', () => {
    const { line } = sparkPaths([null, 1, null], 100, 20, { max: 2 })
    expect(line).toBe('M25.0 10.0L75.0 10.0')
  })

  it('nothing known draws nothing', () => {
    expect(sparkPaths([null, null], 100, 20)).toEqual({ line: '', area: '' })
    expect(sparkPaths([], 100, 20)).toEqual({ line: '', area: '' })
    expect(lastOf([1, 2, null])).toBe(2)
    expect(lastOf([null])).toBeNull()
  })
})
