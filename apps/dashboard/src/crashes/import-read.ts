/** What is dropped or chosen, as JSON to send: or why it is none. The hub looks at what it says itself. */

/** A report, as the hub takes it at most. */
export const IMPORT_BYTES = 2_097_152

export type ReadFile = { ok: true; report: unknown } | { ok: false; message: string }

/** Reads a file as a report. */
export async function readReportFile(file: Pick<Blob, 'size' | 'text'>): Promise<ReadFile> {
  const read = await readJsonFile(file, {
    bytes: IMPORT_BYTES,
    tooLarge: 'it is larger than a report may be, 2 MiB',
    noJson: 'it is not the JSON of a report; take the one that Download gives',
  })
  return read.ok ? { ok: true, report: read.value } : read
}

/** Reads a file as a JSON object of at most so many bytes. */
export async function readJsonFile(
  file: Pick<Blob, 'size' | 'text'>,
  words: { bytes: number; tooLarge: string; noJson: string },
): Promise<{ ok: true; value: unknown } | { ok: false; message: string }> {
  if (file.size === 0) return { ok: false, message: 'the file is empty' }
  if (file.size > words.bytes) return { ok: false, message: words.tooLarge }
  const text = await file.text().catch(() => null)
  if (text === null) return { ok: false, message: 'it could not be read' }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ok: true, value }
  } catch {
    // What is no JSON is told below, as what is no object is.
  }
  return { ok: false, message: words.noJson }
}
