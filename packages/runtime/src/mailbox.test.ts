import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Mailbox } from './mailbox.ts'

test('[MBOX-1] a mailbox behaves like a list, and remembers the last messages handled', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant('push' as const) },
    { weight: 4, arbitrary: fc.constant('take' as const) },
    { weight: 1, arbitrary: fc.nat(20).map((index) => ({ forward: index })) },
    { weight: 1, arbitrary: fc.nat(20).map((index) => ({ remove: index })) },
    { weight: 1, arbitrary: fc.constant('relax' as const) },
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 400 }), (kept, steps) => {
      const mailbox = new Mailbox(kept)
      const waiting: number[] = []
      const handled: number[] = []
      let next = 0
      for (const step of steps) {
        if (step === 'push') {
          mailbox.push(next, null, undefined, next)
          waiting.push(next)
          next += 1
        } else if (step === 'take') {
          if (waiting.length === 0) continue
          const message = mailbox.slots[mailbox.take(next)]
          expect(message).toBe(waiting.shift())
          handled.push(message as number)
        } else if (step === 'relax') {
          mailbox.relax()
        } else if ('forward' in step) {
          if (step.forward >= waiting.length) continue
          mailbox.bringForward(step.forward)
          waiting.unshift(...waiting.splice(step.forward, 1))
        } else {
          if (step.remove >= waiting.length) continue
          mailbox.remove(step.remove)
          waiting.splice(step.remove, 1)
        }
        expect(mailbox.length).toBe(waiting.length)
        const remembered = Math.min(kept, handled.length)
        for (let i = 0; i < remembered; i++) {
          expect(mailbox.slots[mailbox.at(mailbox.head - i)]).toBe(handled[handled.length - 1 - i])
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('[MBOX-2] what is no longer remembered is no longer held', () => {
  const mailbox = new Mailbox(8)
  for (let i = 0; i < 100; i++) {
    mailbox.push({ i }, null, undefined, 0)
    mailbox.take(0)
  }
  const held = mailbox.slots.filter((slot) => typeof slot === 'object' && slot !== null)
  expect(held).toHaveLength(8)
})

test('[MBOX-3] a large ring is given back once it has been drained', () => {
  const mailbox = new Mailbox(8)
  for (let i = 0; i < 6_000; i++) mailbox.push(i, null, undefined, 0)
  while (mailbox.length > 0) mailbox.take(0)
  mailbox.relax()
  expect(mailbox.mask + 1).toBe(16)
  expect(mailbox.slots[mailbox.at(mailbox.head)]).toBe(5_999)
})

test('[MBOX-4] many are taken out of the middle in one pass, and each firing stays with its message', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constant('push' as const) },
    { weight: 3, arbitrary: fc.constant('take' as const) },
    { weight: 1, arbitrary: fc.nat(4).map((rest) => ({ rest })) },
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 300 }), (kept, steps) => {
      const mailbox = new Mailbox(kept)
      let waiting: number[] = []
      let next = 0
      for (const step of steps) {
        if (step === 'push') {
          mailbox.push(next, null, undefined, next)
          if (next % 2 === 0) mailbox.noteFiring(mailbox.tail, `f${next}`)
          if (next % 4 === 0) mailbox.noteFiring(mailbox.tail, `g${next}`)
          waiting.push(next)
          next += 1
        } else if (step === 'take') {
          if (waiting.length === 0) continue
          expect(mailbox.slots[mailbox.take(next)]).toBe(waiting.shift())
        } else {
          const isOne = (message: unknown): boolean => (message as number) % 5 === step.rest
          const places = waiting.flatMap((message, place) => (isOne(message) ? [place] : []))
          expect(mailbox.removeAll(isOne)).toEqual(places)
          waiting = waiting.filter((message) => !isOne(message))
        }
        expect(mailbox.length).toBe(waiting.length)
        waiting.forEach((message, place) => {
          const seq = mailbox.head + 1 + place
          expect(mailbox.slots[mailbox.at(seq)]).toBe(message)
          const firings = [
            ...(message % 2 === 0 ? [`f${message}`] : []),
            ...(message % 4 === 0 ? [`g${message}`] : []),
          ]
          expect(mailbox.firingsOf(seq)).toEqual(firings)
        })
      }
    }),
  )
})
