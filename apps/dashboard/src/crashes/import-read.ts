/** What is dropped or chosen, as a report to send: or why it is none. The hub looks at the report itself. */

/** As the hub takes it at most. */
export const IMPORT_BYTES = 2_097_152

export type ReadFile = { ok: true; report: unknown } | { ok: false; message: string }

/** Reads a file as JSON. */
export async function readReportFile(file: Pick<Blob, 'size' | 'text'>): Promise<ReadFile> {
  if (file.size === 0) return { ok: false, message: 'the file is empty' }
  if (file.size > IMPORT_BYTES) return { ok: false, message: 'it is larger than a report may be, 2 MiB' }
  const text = await file.text().catch(() => null)
  if (text === null) return { ok: false, message: 'it could not be read' }
  try {
    const report: unknown = JSON.parse(text)
    if (typeof report === 'object' && report !== null && !Array.isArray(report)) return { ok: true, report }
  } catch {
    // What is no JSON is told below, as what is no object is.
  }
  return { ok: false, message: 'it is not the JSON of a report; take the one that Download gives' }
}
