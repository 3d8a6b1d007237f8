import type { Term } from '@orrery/protocol'
import { isTerm } from '@orrery/protocol'
import { capture } from '@orrery/runtime'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor } from './redact.ts'

const redactor = createRedactor()
const shown = (value: unknown): string => JSON.stringify(redactor.term(capture(value)))

describe('keys', () => {
  const secrets: Record<string, unknown> = {
    password: 's3cr3t-value',
    PassWord: 's3cr3t-value',
    user_passwd: 's3cr3t-value',
    accessToken: 's3cr3t-value',
    'x-api-key': 's3cr3t-value',
    Authorization: 's3cr3t-value',
    'Set-Cookie': ['s3cr3t-value'],
    clientSecret: { deep: { deeper: 's3cr3t-value' } },
    private_key: 's3cr3t-value',
    cvv: 's3cr3t-value',
    DATABASE_CONNECTION_STRING: 's3cr3t-value',
  }
  test.each(Object.keys(secrets))('the value of %s is hidden, its key is not', (key) => {
    const text = shown({ [key]: secrets[key], harmless: 'visible' })
    expect(text).not.toContain('s3cr3t-value')
    expect(text).toContain('visible')
    expect(text).toContain(key)
  })

  test('also in maps, errors, header lists and name-value pairs', () => {
    const error = Object.assign(new Error('refused', { cause: { token: 's3cr3t-value' } }), {
      apiKey: 's3cr3t-value',
    })
    expect(shown(new Map([['password', 's3cr3t-value']]))).not.toContain('s3cr3t')
    expect(shown(error)).not.toContain('s3cr3t')
    expect(shown(['Host', 'x', 'Authorization', 's3cr3t-value'])).not.toContain('s3cr3t')
    expect(shown([['cookie', 's3cr3t-value']])).not.toContain('s3cr3t')
    expect(shown([{ name: 'x-api-key', value: 's3cr3t-value' }])).not.toContain('s3cr3t')
  })

  test('ordinary keys stay', () => {
    const text = shown({
      author: 'Ann',
      tokenizer: 'bpe',
      pinned: true,
      keys: 3,
      compass: 'north',
      pan_angle: 4,
    })
    expect(text).not.toContain('redacted')
  })
})

describe('texts', () => {
  const leaks: [name: string, text: string, secret: string][] = [
    ['assignment', 'connect failed: password=s3cr3t-value host=db', 's3cr3t'],
    ['JSON in a text', '{"user":"ann","api_key":"s3cr3t value","n":1}', 's3cr3t'],
    ['colon', 'Secret: s3cr3t-value', 's3cr3t'],
    ['bearer', 'GET / with Authorization: Bearer abcdefgh123456', 'abcdefgh'],
    ['cookie line', 'cookie: a=s3cr3t; b=s3cr3t-too\nnext', 's3cr3t'],
    ['jwt', 'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl!', 'eyJ'],
    ['jwt cut in two', `x ${'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'}`, 'eyJ'],
    ['address', 'postgres://ann:s3cr3t@db/mail', 's3cr3t'],
    ['card', 'paid with 4111 1111 1111 1111 today', '4111'],
    ['card without spaces', 'pan 5555555555554444', '5555'],
    ['stripe key', `key ${'sk_live_'}abcdefghijklmnop`, 'abcdefgh'],
    ['aws key', 'AKIAIOSFODNN7EXAMPLE', 'IOSFODNN'],
    ['github token', `ghp_${'a1B2'.repeat(9)}`, 'a1B2'],
    ['private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----', 'MIIabc'],
    ['private key without end', 'x -----BEGIN PRIVATE KEY-----\nMIIabc', 'MIIabc'],
  ]
  test.each(leaks)('%s is hidden wherever it stands', (_name, text, secret) => {
    expect(redactor.text(text)).not.toContain(secret)
    for (const value of [
      text,
      { [text]: 1 },
      [text],
      new Error(text),
      new Map([[text, text]]),
      Symbol(text),
    ]) {
      expect(shown(value)).not.toContain(secret)
    }
  })

  test('what is no secret stays readable', () => {
    for (const text of [
      "Cannot read properties of undefined (reading 'x')",
      'Unexpected token < in JSON at position 0',
      'queue is full: 4096 of 4096, order 1234567890123456',
      'at 2026-11-22T23:18:00.123Z after 1700000000000 ms',
      'http://localhost:4040/nodes/mail@localhost',
    ]) {
      expect(redactor.text(text)).toBe(text)
    }
  })

  test('a text cut in the middle of a card number shows no half of it', () => {
    const cut = capture(`card ${'4111111111111111'}`, { text: 17 })
    expect(JSON.stringify(redactor.term(cut))).not.toContain('4111')
  })

  test('bytes that hold a secret as text are hidden', () => {
    expect(shown(Buffer.from('password=hunter2'))).toContain('redacted')
    expect(shown(Buffer.from([1, 2, 3, 255]))).toContain('010203ff')
  })

  test('own keys and patterns add to the defaults', () => {
    const own = createRedactor({ keys: ['iban', /^ssn_/], patterns: [/EMP-\d+/] })
    const text = JSON.stringify(
      own.term(capture({ IBAN: 'DE12', ssn_x: 'zz', note: 'of EMP-17', password: 'p' })),
    )
    expect(text).not.toMatch(/DE12|zz|EMP-17|"p"/)
  })
})

describe('properties', () => {
  const secret = 'zQ9-top-secret-Zq9'
  const key = fc.constantFrom('password', 'apiKey', 'session_token', 'Cookie')
  const nested: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    leaf: fc.record({ password: fc.constant(secret) }),
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('node'), { maxKeys: 3 }),
      tie('node').map((value) => new Map([['k', value]])),
      fc.tuple(key, tie('node')).map(([name, value]) => ({ [name]: [secret, value] })),
      tie('node').map((cause) => new Error('x', { cause })),
    ),
  })).node

  test('a secret under a secret key never shows, however deep', () => {
    fc.assert(fc.property(nested, (value) => !shown(value).includes(secret)))
  })

  test('a secret in a text never shows, whatever stands around it', () => {
    const around = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(around, around, (before, after) => {
        const text = `${before} password=${secret} ${after}`
        return !redactor.text(text).includes(secret)
      }),
    )
  })

  test('redacting again changes nothing, and what comes out is a term', () => {
    fc.assert(
      fc.property(fc.oneof(nested, fc.anything()), (value) => {
        const once = redactor.term(capture(value) as Term)
        expect(isTerm(once)).toBe(true)
        expect(redactor.term(once)).toEqual(once)
      }),
    )
  })

  test('a text of 64 kB is redacted in milliseconds, whatever it is', () => {
    for (const unit of [
      'password=',
      'eyJa.',
      '4',
      'a:',
      '://a:',
      '"token":"\\',
      '-----BEGIN ',
      'cookie',
      '1 ',
    ]) {
      const text = unit.repeat(Math.ceil(65_536 / unit.length))
      const before = performance.now()
      redactor.text(text)
      expect(performance.now() - before, unit).toBeLessThan(250)
    }
  })
})
