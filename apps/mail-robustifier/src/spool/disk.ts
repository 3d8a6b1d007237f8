/** Files that are wholly there or not at all, also after a power cut. */
import { access, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Resolves when the bytes and the name are on disk: written aside, flushed, renamed, and the folder flushed. */
export async function writeDurably(
  folder: string,
  name: string,
  data: string,
  encoding: BufferEncoding,
): Promise<void> {
  const aside = join(folder, `${name}.tmp`)
  const file = await open(aside, 'w')
  try {
    await file.writeFile(data, encoding)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(aside, join(folder, name))
  await flushFolder(folder)
}

/** Takes files away; that one is not there is no fault. */
export async function remove(folder: string, ...names: string[]): Promise<void> {
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })))
}

/** Whether the file is there. */
export function has(folder: string, name: string): Promise<boolean> {
  return access(join(folder, name)).then(
    () => true,
    () => false,
  )
}

/** Names without their ending, of the files that have it. */
export async function namesIn(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder)
  return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length))
}

/** A mail's bytes, one character each. */
export function readMail(folder: string, id: string): Promise<string> {
  return readFile(join(folder, `${id}.eml`), 'latin1')
}

/** The first `most` bytes of a mail, one character each: what is kept of it must not keep the whole in memory. */
export async function readHead(folder: string, id: string, most: number): Promise<string> {
  const file = await open(join(folder, `${id}.eml`), 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
