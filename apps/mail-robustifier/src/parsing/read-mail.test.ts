import { createTransport } from 'nodemailer'
import { expect, test } from 'vitest'
import { letter, MALFORMED } from '../generator/letters.ts'
import { digestOf } from './read-mail.ts'

test('whatever the generator writes in good faith is read', async () => {
  const composer = createTransport({ streamTransport: true, buffer: true })
  let seed = 0.5
  const random = (): number => {
    seed = (seed * 16_807.123) % 1
    return seed
  }
  for (let i = 0; i < 100; i++) {
    const { message } = await composer.sendMail(letter('elsa', random))
    const digest = await digestOf((message as Buffer).toString('latin1'))
    expect(digest.sender).toBe('elsa@example.org')
    expect(digest.words).toBeGreaterThan(5)
    expect(digest.parts).toBeGreaterThanOrEqual(1)
  }
})

test.each([
  ['no sender', TypeError],
  ['no subject', TypeError],
  ['unknown charset', RangeError],
  ['bytes that are not UTF-8', TypeError],
  ['parts without end', RangeError],
])('%s is not survived', async (kind, error) => {
  await expect(digestOf(MALFORMED[kind as string] ?? '')).rejects.toThrow(error)
})
