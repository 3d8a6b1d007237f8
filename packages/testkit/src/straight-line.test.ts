import { expect, test } from 'vitest'
import { startConstellation } from './constellation.ts'
import { counter, startShop } from './shop.ts'

test('a crash moves the tree at once, is stored exactly once, and opens as a report', async () => {
  await using constellation = await startConstellation()
  const { node } = await constellation.observe(await startShop('shop@localhost'))
  const browser = await constellation.browser()
  const tree = browser.view('tree', { node: 'shop@localhost' })
  const crashes = browser.view('crashes', { q: '' })
  await tree.waitFor(({ rows }) => rows['Shop/counter-1']?.status === 'running', 'a running counter')
  const before = tree.value.rows['Shop/counter-1']?.pid
  node.cast(counter(1), { type: 'fail', why: 'the till is empty' })
  const after = await tree.waitFor(({ rows }) => rows['Shop/counter-1']?.exit !== null, 'the exit')
  expect(after.rows['Shop/counter-1']?.exit).toMatchObject({
    tag: 'TypeError',
    text: expect.stringContaining('the till is empty'),
  })
  await tree.waitFor(({ rows }) => rows['Shop/counter-1']?.pid !== before, 'the replacement')
  const list = await crashes.waitFor(({ groups }) => groups[0]?.latest[0]?.stored === true, 'a stored crash')
  expect(list.groups).toHaveLength(1)
  expect(list.groups[0]).toMatchObject({ count: 1, reason: 'TypeError', module: 'Counter' })
  const id = list.groups[0]?.latest[0]?.id ?? ''
  const crash = browser.view('crash', { id })
  const report = await crash.waitFor(
    ({ report }) => report?.outcome.status === 'captured' && report.outcome.value.kind === 'restarted',
    'the outcome',
  )
  expect(report.report?.decision).toMatchObject({ status: 'captured', value: { action: 'restart' } })
  const answer = await constellation.api(`/api/v1/crashes/${id}`)
  expect(answer.status).toBe(200)
})
