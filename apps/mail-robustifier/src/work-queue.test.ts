import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyQueue, nextOrder, type WorkQueue, withJob, withoutWorker, withWorker } from './work-queue.ts'

test('the job that waited longest goes to the worker that was idle longest', () => {
  const queue = withWorker(
    withWorker(withJob(withJob(emptyQueue as WorkQueue<string, string>, 'a'), 'b'), 'x'),
    'y',
  )
  const first = nextOrder(queue)
  expect(first?.order).toEqual({ job: 'a', worker: 'x' })
  expect(first && nextOrder(first.queue)?.order).toEqual({ job: 'b', worker: 'y' })
})

test('nothing is lost and nothing done twice, whoever dies', () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('job' as const), id: fc.nat(1_000) }),
    fc.record({ does: fc.constantFrom('ready' as const, 'die' as const, 'order' as const), id: fc.nat(4) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let queue: WorkQueue<number, number> = emptyQueue
      const inside: number[] = []
      const drop = (job: number | undefined): void => {
        if (job !== undefined) inside.splice(inside.indexOf(job), 1)
      }
      for (const { does, id } of steps) {
        if (does === 'job') {
          queue = withJob(queue, id)
          inside.push(id)
        } else if (does === 'order') queue = nextOrder(queue)?.queue ?? queue
        else {
          const without = withoutWorker(queue, id)
          drop(without.job)
          queue = does === 'die' ? without.queue : withWorker(queue, id)
        }
        const held = [...queue.waiting, ...queue.busy.map((order) => order.job)]
        expect(held.sort()).toEqual([...inside].sort())
        const workers = [...queue.idle, ...queue.busy.map((order) => order.worker)]
        expect(new Set(workers).size).toBe(workers.length)
      }
    }),
  )
})
