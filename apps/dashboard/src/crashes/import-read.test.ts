import { expect, test } from 'vitest'
import { IMPORT_BYTES, readReportFile } from './import-read.ts'

test('an object is a report to send', async () => {
  expect(await readReportFile(new Blob(['{"id":"a"}']))).toEqual({ ok: true, report: { id: 'a' } })
})

test.each([
  ['', 'the file is empty'],
  ['not JSON', 'it is not the JSON of a report; take the one that Download gives'],
  ['[1]', 'it is not the JSON of a report; take the one that Download gives'],
  ['null', 'it is not the JSON of a report; take the one that Download gives'],
])('%j is none, and it is said why', async (text, message) => {
  expect(await readReportFile(new Blob([text]))).toEqual({ ok: false, message })
})

test('what is too large is not read', async () => {
  const file = { size: IMPORT_BYTES + 1, text: () => Promise.reject(new Error('it was read')) }
  expect(await readReportFile(file)).toMatchObject({ ok: false, message: expect.stringContaining('2 MiB') })
})

test('what cannot be read says so', async () => {
  const file = { size: 1, text: () => Promise.reject(new Error('gone')) }
  expect(await readReportFile(file)).toEqual({ ok: false, message: 'it could not be read' })
})
