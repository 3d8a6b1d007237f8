import { afterEach, expect, test } from 'vitest'
import { clock, clockMinutes, dateClock } from './format.ts'
import { toggleZone, zone } from './zone.ts'

const AT = Date.UTC(2026, 10, 27, 23, 59, 51, 220)

afterEach(() => zone.set('local'))

test('times are shown in UTC where that was chosen, and as this machine has them again', () => {
  const local = new Date(AT)
  const minutes = `${String(local.getHours()).padStart(2, '0')}:${String(local.getMinutes()).padStart(2, '0')}`
  expect(clockMinutes(AT)).toBe(minutes)
  zone.set('utc')
  expect(clock(AT)).toBe('23:59:51.220')
  expect(dateClock(AT)).toBe('27 Nov 23:59:51.220')
  zone.set('local')
  expect(clockMinutes(AT)).toBe(minutes)
})

test('toggling goes by what is kept', () => {
  toggleZone()
  expect(['local', 'utc']).toContain(zone.get())
})
