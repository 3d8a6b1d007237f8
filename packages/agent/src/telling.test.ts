import type { WireRecord } from '@orrery/protocol'
import { expect, test } from 'vitest'
import type { CrashDesk } from './crash-desk.ts'
import { createSlices } from './slices.ts'
import { createTelling, type TellingOptions } from './telling.ts'

const nothing = (): undefined => undefined
const started = (ref: number) => ({ type: 'process.initialised', atUs: ref, ref }) as WireRecord

test('what happens while crashes are written up is told before the last of them, and without being asked again', async () => {
  const happened: WireRecord[] = []
  const told: WireRecord[] = []
  const toldAt: number[] = []
  let steps = 0
  const guard = { timed: (_where: string, work: () => void) => work(), fault: nothing }
  const desk = {
    hasWork: false,
    forgetCounts: nothing,
    *work() {
      for (; steps < 10; steps++) {
        toldAt.push(told.length)
        if (steps === 2) happen(1)
        if (steps === 9) happen(2)
        yield
      }
    },
  } as unknown as CrashDesk
  const telling = createTelling({
    source: {
      begin: nothing,
      end: nothing,
      nowUs: () => 0,
      census: () => [].values(),
      censusDone: nothing,
      takeLost: () => 0,
      drain(put: (record: WireRecord) => void) {
        for (const record of happened.splice(0)) put(record)
        return false
      },
    },
    slices: createSlices(guard as never),
    outbox: {
      put: (_lane: string, record: WireRecord) => record.type === 'process.initialised' && told.push(record),
      flush: nothing,
      flushSoon: nothing,
      drop: nothing,
    },
    delivery: { pump: nothing, connected: nothing, disconnected: nothing },
    redactor: {},
    desk: () => desk,
    isWelcome: () => true,
    run: (_where: string, work: () => void) => work(),
  } as unknown as TellingOptions)
  function happen(ref: number): void {
    happened.push(started(ref))
    telling.happened(true)
  }
  telling.begin()
  await expect.poll(() => told.length).toBe(2)
  expect(toldAt[3]).toBe(1)
  await expect.poll(() => telling.isBusy).toBe(false)
})
