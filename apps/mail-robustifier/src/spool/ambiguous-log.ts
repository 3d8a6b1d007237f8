/**
 * The log of ambiguous attempts: a line for every time that a mail may have been delivered and nobody knows. A person who
 * finds a mail twice looks here for why.
 */
import { open, readFile, rename, stat } from 'node:fs/promises'

export interface Ambiguous {
  at: string
  /** The mail. */
  id: string
  backend: string
  why: string
}

/** Above this a new file is begun; the one before it is kept as `.1`. */
const MOST_BYTES = 4_194_304

/** Resolves when the line is on disk. */
export async function logAmbiguous(path: string, entry: Ambiguous): Promise<void> {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  )
  if (size > MOST_BYTES) await rename(path, `${path}.1`)
  const file = await open(path, 'a')
  try {
    await file.writeFile(`${JSON.stringify(entry)}\n`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Oldest first; a line that a power cut tore is left out. */
export async function readAmbiguous(path: string): Promise<Ambiguous[]> {
  const texts = await Promise.all([`${path}.1`, path].map((file) => readFile(file, 'utf8').catch(() => '')))
  return texts
    .join('')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Ambiguous]
      } catch {
        return []
      }
    })
}
