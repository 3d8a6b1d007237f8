import { expect, test } from 'vitest'
import { createClockOffset } from './clock-offset.ts'
import { createContacts } from './contacts.ts'

test('a connection of the same incarnation is a reconnect, one of another begins anew', () => {
  const contacts = createContacts()
  const offset = createClockOffset()
  expect(contacts.of('mail@a')).toBeNull()
  contacts.begin('mail@a', 'one', offset, 1_000)
  expect(contacts.of('mail@a')).toMatchObject({ reconnects: 0, roundTripP50Ms: null, lastReconnectMs: null })
  offset.answered(0, 1, 2)
  offset.answered(10, 12, 14)
  contacts.lost('mail@a', 5_000)
  contacts.begin('mail@a', 'one', offset, 9_100)
  expect(contacts.of('mail@a')).toMatchObject({
    reconnects: 1,
    lastReconnectMs: 9_100,
    lastAwayMs: 4_100,
    roundTripP50Ms: 2,
    roundTripP99Ms: 4,
  })
  contacts.begin('mail@a', 'two', offset, 9_900)
  expect(contacts.of('mail@a')).toMatchObject({ reconnects: 0, lastAwayMs: null })
  contacts.forget(() => false)
  expect(contacts.of('mail@a')).toBeNull()
})
