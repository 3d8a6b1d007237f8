import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { createDiskRoom } from './disk-room.ts'

test('there is room where more is free than the reserve', async () => {
  await expect(createDiskRoom(tmpdir(), 0).check()).resolves.toBeUndefined()
})

test('below the reserve it is refused, and the refusal says how much is missing and where', async () => {
  const room = createDiskRoom(tmpdir(), Number.MAX_SAFE_INTEGER)
  await expect(room.check()).rejects.toMatchObject({
    code: 'data.full',
    message: expect.stringContaining(tmpdir()),
  })
})
