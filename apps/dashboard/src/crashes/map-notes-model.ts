/** What a report says of the source maps its stack was read by, or was not. Pure. */
import { type Bundle, type CrashReport, fieldValue } from '@orrery/protocol'

/** What an uploaded map of a bundle is found by, as the API takes it. */
export interface MapAddress {
  application: string
  release?: string
  file: string
  debugId?: string
  sha256?: string
}

export type MapNote =
  | { kind: 'read'; file: string; text: string }
  /** `address` is null where nothing names the bundle well enough: no release, no digest. */
  | { kind: 'missing'; file: string; why: string | null; address: MapAddress | null }

/** As the hub takes it at most. */
export const MAP_BYTES = 8_388_608
/** Nobody writes code so far to the right: a node that does not tell of bundles shows them by it. */
const FAR_COLUMN = 500

export function mapNotes(report: CrashReport, dateOf: (atMs: number) => string): MapNote[] {
  const stack = fieldValue(report.cause.stack)
  if (!stack) return []
  const { bundles = [] } = stack
  const untold = stack.frames
    .filter(({ owner, column, file }) => owner === 'app' && file !== null && (column ?? 0) > FAR_COLUMN)
    .map(({ file }) => file as string)
    .filter((file, at, all) => all.indexOf(file) === at && !bundles.some((bundle) => bundle.file === file))
  return [
    ...bundles.map((bundle): MapNote => {
      const { file, map, why = null } = bundle
      if (map === null) return { kind: 'missing', file, why, address: addressOf(report, file, bundle) }
      if (map.from === 'hub') {
        return { kind: 'read', file, text: `by a map that ${map.by} uploaded, ${dateOf(Date.parse(map.at))}` }
      }
      return {
        kind: 'read',
        file,
        text: map.file === null ? 'by the map in it' : `by ${map.file}, read by the node`,
      }
    }),
    ...untold.map(
      (file): MapNote => ({ kind: 'missing', file, why: null, address: addressOf(report, file, null) }),
    ),
  ]
}

/** Whether the frame a reader begins with is still a place in a bundle. */
export function isTopUnmapped(report: CrashReport, notes: readonly MapNote[]): boolean {
  const top = fieldValue(report.cause.stack)?.frames.find(({ owner }) => owner === 'app')
  return notes.some((note) => note.kind === 'missing' && note.file === top?.file)
}

function addressOf({ identity }: CrashReport, file: string, bundle: Bundle | null): MapAddress | null {
  const { node, release } = identity
  const { debugId = null, sha256 = null } = bundle ?? {}
  if (release === null && debugId === null && sha256 === null) return null
  return {
    application: node.split('@', 1)[0] ?? node,
    ...(release === null ? {} : { release }),
    file,
    ...(debugId === null ? {} : { debugId }),
    ...(sha256 === null ? {} : { sha256 }),
  }
}

export function uploadPath(address: MapAddress): string {
  return `/api/v1/source-maps?${new URLSearchParams({ ...address })}`
}

/** The same upload from a shell. */
export function uploadCommand(origin: string, address: MapAddress): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  return [
    `curl --fail-with-body -H 'content-type: application/json' -H "authorization: Bearer $ORRERY_OPERATOR_TOKEN"`,
    `  --data-binary @${quoted(`${address.file}.map`)}`,
    `  ${quoted(`${origin}${uploadPath(address)}`)}`,
  ].join(' \\\n')
}
