/** Crashes that are really thrown, grouped as the hub groups them, beside what they are by construction. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fieldValue } from '@orrery/protocol'
import { fingerprint } from '../../../packages/hub/src/store/fingerprint.ts'
import { openStore } from '../../../packages/hub/src/store/open-store.ts'
import type { Figures } from '../../suite.ts'
import { type CorpusOptions, type Thrown, throwCorpus } from './run.ts'
import { type Grouped, type Score, score } from './score.ts'

export const FULL = { servers: 8, times: 1 }
const BATCH = 100

/** `npm run bench -- crash corpus`; `ORRERY_SEED` moves it. */
export async function corpus(
  options: Omit<CorpusOptions, 'seed'>,
  log: (line: string) => void,
): Promise<Figures> {
  const seed = Number(process.env.ORRERY_SEED ?? 1)
  const thrown = await throwCorpus({ ...options, seed })
  const grouped = await stored(thrown)
  log(`ORRERY_SEED=${seed}`)
  log('program      crashes  roots  classes  groups  precision  recall')
  for (const from of [...new Set(thrown.map((one) => one.from)), 'all']) {
    const some = from === 'all' ? grouped : grouped.filter((one) => one.from === from)
    const roots = some.filter((one) => one.isRoot).length
    log(row(from, score(some), roots))
  }
  for (const line of strays(grouped).slice(0, 20)) log(line)
  const { precision, recall, crashes, classes } = score(grouped)
  return {
    group_precision: precision,
    group_recall: recall,
    corpus_crashes: crashes,
    corpus_roots: grouped.filter((one) => one.isRoot).length,
    corpus_classes: classes,
  }
}

export interface GroupedCrash extends Grouped {
  id: string
  from: string
  isRoot: boolean
  contributed: string[]
}

/** Through a store, in batches as they came: the groups are those a hub shows. */
async function stored(thrown: readonly Thrown[]): Promise<GroupedCrash[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'orrery-corpus-store-'))
  const store = await openStore({ dataDir, databaseUrl: null, retentionDays: 30, retentionMb: null })
  try {
    for (let from = 0; from < thrown.length; from += BATCH)
      await store.saveCrashes(thrown.slice(from, from + BATCH).map(({ report }) => report))
    const grouped: GroupedCrash[] = []
    for (const one of group(thrown)) {
      const report = await store.crash(one.id)
      const held = report === null ? undefined : fieldValue(report.group)
      if (held === undefined) throw new Error(`the store does not hold ${one.id}`)
      grouped.push({ ...one, group: held.fingerprint, contributed: held.contributed })
    }
    return grouped
  } finally {
    await store.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** As the store does: a casualty is where its root is. */
export function group(thrown: readonly Thrown[]): GroupedCrash[] {
  const prints = new Map(thrown.map(({ report }) => [report.id, fingerprint(report)]))
  return thrown.map(({ report, truth, from }) => {
    const root = fieldValue(report.cascade)?.rootCrash ?? report.id
    const print = prints.get(root) ?? prints.get(report.id)
    return {
      id: report.id,
      group: print?.fingerprint ?? '',
      contributed: print?.contributed ?? [],
      truth,
      from,
      isRoot: root === report.id,
    }
  })
}

/** Classes in more than one group and groups of more than one class, in words. */
export function strays(grouped: readonly GroupedCrash[]): string[] {
  const lines: string[] = []
  for (const truth of new Set(grouped.map((one) => one.truth))) {
    const own = grouped.filter((one) => one.truth === truth)
    const groups = new Map(own.map((one) => [one.group, one]))
    if (groups.size < 2) continue
    lines.push(`split: ${truth}`)
    for (const [id, one] of groups) {
      const from = own.filter((each) => each.group === id).map((each) => each.from)
      lines.push(`    ${one.contributed.join(', ')} (${[...new Set(from)].join(', ')})`)
    }
  }
  for (const id of new Set(grouped.map((one) => one.group))) {
    const own = grouped.filter((one) => one.group === id)
    const truths = new Set(own.map((one) => one.truth))
    if (truths.size > 1)
      lines.push(`mixed: ${own[0]?.contributed.join(', ')} holds ${[...truths].join(' and ')}`)
  }
  return lines
}

function row(from: string, { crashes, classes, groups, precision, recall }: Score, roots: number): string {
  const cells = [crashes, roots, classes, groups].map((cell, at) =>
    String(cell).padStart([7, 5, 7, 6][at] ?? 0),
  )
  return `${from.padEnd(11)}  ${cells.join('  ')}  ${precision.toFixed(4).padStart(9)}  ${recall.toFixed(4)}`
}
