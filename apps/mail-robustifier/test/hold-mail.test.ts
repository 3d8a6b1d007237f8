import { readSeed } from '@orrery/testkit'
import { expect, test } from 'vitest'
import { holdMail } from './hold-mail.ts'
import { balanceMail, type Copy } from './mail-books.ts'

test('under worker kills, outages and upgrades every accepted mail is delivered or in quarantine, and a second copy is explained', async () => {
  const options = { durationMs: 12_000, mailsPerS: 25, nodeKillMs: 4_000, upgradeMs: 600, seed: readSeed() }
  const outcome = await holdMail(options, (line) => process.stdout.write(`${line}\n`))
  const { accepted, delivered, quarantined, lost, unexplained, denied } = outcome
  expect({ lost, unexplained, denied }).toEqual({ lost: [], unexplained: [], denied: [] })
  expect(delivered + quarantined).toBe(accepted)
  expect(accepted).toBeGreaterThan(50)
  expect(outcome.workerKills).toBeGreaterThan(5)
  expect(outcome.nodeKills).toBeGreaterThan(0)
  expect(outcome.upgrades).toBeGreaterThan(2)
}, 180_000)

test('the books tell a lost mail, a copy that nothing explains and a refusal that was none', () => {
  const copy = (number: string, place: string): Copy => ({ number, id: `id-${number}`, place })
  const line = { at: '', why: '' }
  const books = balanceMail(
    new Map([
      ['1', 'accepted'],
      ['2', 'accepted'],
      ['3', 'accepted'],
      ['4', 'accepted'],
      ['5', 'in doubt'],
      ['6', 'in doubt'],
      ['7', 'refused'],
      ['8', 'accepted'],
    ]),
    [
      copy('1', 'Alpha'),
      ...['Alpha', 'Beta'].map((place) => copy('2', place)),
      ...['Beta', 'Gamma'].map((place) => copy('3', place)),
      copy('5', 'Gamma'),
      copy('7', 'Alpha'),
      copy('8', 'quarantine'),
    ],
    [
      { ...line, id: 'id-2', backend: 'Alpha' },
      { ...line, id: 'id-3', backend: 'Alpha' },
    ],
  )
  expect(books).toEqual({
    accepted: 6,
    delivered: 4,
    quarantined: 1,
    lost: ['4'],
    duplicates: 2,
    unexplained: ['3'],
    denied: ['7'],
  })
})
