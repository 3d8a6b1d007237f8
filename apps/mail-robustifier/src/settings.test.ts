import { expect, test } from 'vitest'
import { readSettings, SettingsError } from './settings.ts'

test('defaults are a free port and a few mails a second', () => {
  expect(readSettings([], {}, 7)).toEqual({
    smtpPort: 0,
    dataDir: '.orrery-mail',
    mailsPerS: 3,
    hasOutages: true,
    seed: 7,
  })
})

test('a flag goes before the environment', () => {
  expect(readSettings(['--rate', '1'], { MAIL_RATE: '9', MAIL_DATA: '/tmp/x' }, 7)).toMatchObject({
    mailsPerS: 1,
    dataDir: '/tmp/x',
  })
})

test('every fault is named at once', () => {
  const read = (): unknown =>
    readSettings([], { MAIL_RATE: 'lots', MAIL_SMTP_PORT: '70000', MAIL_OUTAGES: '?' }, 7)
  expect(read).toThrow(SettingsError)
  expect(read).toThrow(/MAIL_OUTAGES.*MAIL_SMTP_PORT.*MAIL_RATE/)
})

test('an unknown flag is a fault, and help is no settings', () => {
  expect(() => readSettings(['--prot', '1'], {}, 7)).toThrow(SettingsError)
  expect(readSettings(['-h'], {}, 7)).toBeNull()
})
