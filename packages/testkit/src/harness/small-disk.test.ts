import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { smallDisk } from './small-disk.ts'

test('a small disk is filled to its end, given back, and gone afterwards', async () => {
  const disk = await smallDisk(262_144)
  const note = join(disk.dir, 'note')
  const write = (): void => appendFileSync(note, Buffer.alloc(8_192))
  write()
  const taken = disk.fill()
  if (disk.kind === 'tmpfs') {
    expect(taken).toBeGreaterThan(200_000)
    expect(write).toThrow(/ENOSPC/)
  } else {
    process.stdout.write(
      'small disk: no file system may be mounted here; users keep to its size themselves\n',
    )
    expect(taken).toBe(0)
  }
  disk.free()
  write()
  expect(readFileSync(note).length).toBe(16_384)
  await disk[Symbol.asyncDispose]()
  expect(existsSync(disk.dir)).toBe(false)
})

test('it is never large', async () => {
  await expect(smallDisk(1e9)).rejects.toThrow(RangeError)
})
