import { describe, expect, it } from 'vitest'
import { age, bytesText, clock, compact, count, duration, plural, rate, tick } from './format.ts'

describe('figures', () => {
  it('counts have commas', () => {
    expect(count(1_151)).toBe('1,151')
    expect(count(0)).toBe('0')
  })

  it('a rate below ten keeps a decimal, and what is not nothing is not zero', () => {
    expect(rate(0)).toBe('0')
    expect(rate(0.02)).toBe('<0.1')
    expect(rate(0.44)).toBe('0.4')
    expect(rate(9.96)).toBe('10')
    expect(rate(3_871.4)).toBe('3,871')
  })

  it('large counts shorten', () => {
    expect(compact(88_410_227)).toBe('88.4 M')
    expect(compact(9_204)).toBe('9,204')
    expect(compact(212_000)).toBe('212k')
    expect(tick(50_000)).toBe('50k')
    expect(tick(0.1)).toBe('0.1')
  })

  it('sizes are decimal', () => {
    expect(bytesText(48_200)).toBe('48.2 kB')
    expect(bytesText(412_000_000)).toBe('412 MB')
    expect(bytesText(1_204_000_000)).toBe('1.2 GB')
    expect(bytesText(12)).toBe('12 B')
  })

  it('durations pick the unit a person reads', () => {
    expect(duration(0.19)).toBe('0.19 ms')
    expect(duration(250)).toBe('250 ms')
    expect(duration(1_840)).toBe('1.84 s')
    expect(duration(24_300)).toBe('24 s')
    expect(duration(118_000)).toBe('1 m 58 s')
    expect(duration(11_100_000)).toBe('3 h 05 m')
    expect(duration((3 * 86_400 + 4 * 3_600) * 1_000)).toBe('3 d 04 h')
  })

  it('an age comes in whole seconds, and nothing is younger than one', () => {
    expect(age(4_900)).toBe('4 s')
    expect(age(120)).toBe('1 s')
    expect(age(130_900)).toBe('2 m 10 s')
  })

  it('clocks show milliseconds', () => {
    expect(clock(new Date(2026, 10, 27, 14, 32, 7, 418).getTime())).toBe('14:32:07.418')
  })

  it('one is singular', () => {
    expect(plural(1, 'fault')).toBe('1 fault')
    expect(plural(1_151, 'process', 'processes')).toBe('1,151 processes')
  })
})
