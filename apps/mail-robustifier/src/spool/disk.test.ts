import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readHead } from './disk.ts'

const folder = mkdtempSync(join(tmpdir(), 'mail-disk-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the head of a mail is its first bytes, of a short one all of them', async () => {
  writeFileSync(
    join(folder, 'long.eml'),
    Buffer.from(`Subject: \u00e9t\u00e9\r\n\r\n${'x'.repeat(1_000_000)}`, 'latin1'),
  )
  writeFileSync(join(folder, 'short.eml'), 'Subject: a')
  expect(await readHead(folder, 'long', 20)).toBe('Subject: \u00e9t\u00e9\r\n\r\nxxxx')
  expect(await readHead(folder, 'short', 400)).toBe('Subject: a')
})

test('a mail that is not there has no head', async () => {
  await expect(readHead(folder, 'none', 400)).rejects.toThrow('ENOENT')
})
