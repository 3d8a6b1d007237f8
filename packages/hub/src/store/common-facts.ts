/**
 * What the reports of a group have in common that those of other groups have not: "in all 3, in few others". Nothing is
 * concluded from it; each fact is counted on both sides and is a clause of a query, so that whoever doubts it can look.
 *
 * The latest few are compared, of this group and of the others that crashed last: a report's state is large.
 */
import type { CommonFact, CrashView } from '@orrery/live/views'
import type { Term } from '@orrery/protocol'
import { CRASH_FIELDS, formatClause, termAt } from '@orrery/protocol/query'
import type { PrismaClient } from '../generated/client.ts'

const OWN = 24
const OTHER_GROUPS = 24
const OF_EACH = 3
const MOST_FACTS = 6
const MOST_OF_STATE = 4
/** A fact that more than this share of the others have says little. */
const FEW = 0.2
const STATE_DEPTH = 4
const STATE_PLACES = 200
const LONGEST_VALUE = 60

/** The facts of one report, as far as they are compared. */
export interface FactSource {
  node: string
  message_type: string | null
  release: string | null
  sender: string | null
  supervisor: string | null
  faults: string[]
  state: Term | null
}

/** See the module. Casualties are left out: they say what died along with it. */
export async function readCommon(prisma: PrismaClient, groupId: string): Promise<CrashView['common']> {
  const rows = await prisma.$queryRaw<(FactSource & { is_own: boolean })[]>`
    SELECT g.id = ${groupId} AS is_own, c.*
    FROM (
      (SELECT id, ${OWN}::int AS most FROM crash_groups WHERE id = ${groupId})
      UNION ALL
      (SELECT id, ${OF_EACH}::int FROM crash_groups WHERE id <> ${groupId} AND merged_into IS NULL
       ORDER BY last_seen DESC, id DESC LIMIT ${OTHER_GROUPS})
    ) g CROSS JOIN LATERAL (
      SELECT c.node, c.message_type, c.release, c.report #>> '{message,value,sender,name}' AS sender,
             c.report #>> '{identity,ancestors,0,name}' AS supervisor, c.faults, c.report #> '{state,value,before}' AS state
      FROM crash_reports c WHERE c.group_id = g.id AND c.is_root ORDER BY c.at DESC, c.id DESC LIMIT g.most
    ) c`
  return commonFacts(
    rows.filter(({ is_own }) => is_own),
    rows.filter(({ is_own }) => !is_own),
  )
}

/** `null` for a single report: it has everything in common with itself. */
export function commonFacts(own: readonly FactSource[], others: readonly FactSource[]): CrashView['common'] {
  if (own.length < 2) return null
  const [first, ...rest] = own.map(factsOf)
  const elsewhere = others.map(factsOf)
  const shared = [...(first ?? [])].filter(([place, value]) =>
    rest.every((facts) => facts.get(place) === value),
  )
  const found = shared.flatMap(([place, value]): Found[] => {
    const inOthers = elsewhere.filter((facts) => facts.get(place) === value).length
    const isOfState = place.startsWith('state.')
    // What nobody else has a place for is how the module is made, and tells nothing of the crash.
    const isComparable =
      !isOfState || elsewhere.some((facts) => facts.has(place) && facts.get(place) !== value)
    return isComparable && inOthers <= others.length * FEW ? [{ place, value, inOthers, isOfState }] : []
  })
  const ranked = found.sort(
    (a, b) =>
      a.inOthers - b.inOthers || Number(a.isOfState) - Number(b.isOfState) || (a.place < b.place ? -1 : 1),
  )
  const ofState = ranked.filter(({ isOfState }) => isOfState).slice(0, MOST_OF_STATE)
  const facts = ranked.filter((one) => !one.isOfState || ofState.includes(one)).slice(0, MOST_FACTS)
  return { reports: own.length, others: others.length, facts: facts.map(told) }
}

interface Found {
  place: string
  value: string
  inOthers: number
  isOfState: boolean
}

function told({ place, value, inOthers }: Found): CommonFact {
  const [field = '', ...path] = place.startsWith('fault ') ? ['fault'] : place.split('.')
  const patterns = [{ op: 'equals' as const, text: value }]
  const clause = { kind: 'match' as const, field, path, patterns, isNegated: false, from: 0, to: 0 }
  return { clause: formatClause(clause, CRASH_FIELDS), inOthers }
}

/** What is compared, by where it stands. */
function factsOf(source: FactSource): Map<string, string> {
  const facts = new Map<string, string>()
  const add = (place: string, value: string | null) => {
    if (value !== null && value !== '' && value.length <= LONGEST_VALUE) facts.set(place, value)
  }
  add('message', source.message_type)
  add('node', source.node)
  add('release', source.release)
  add('from', source.sender)
  add('supervisor', source.supervisor)
  for (const fault of source.faults) add(`fault ${fault}`, fault)
  if (source.state !== null) addState(source.state, [], add)
  return facts
}

function addState(
  term: Term,
  path: string[],
  add: (place: string, value: string) => void,
  budget = { left: STATE_PLACES },
) {
  if (budget.left-- <= 0) return
  const value = termAt(term, [])
  if (value !== undefined) {
    if (path.length > 0) add(['state', ...path].join('.'), String(value))
    return
  }
  if (term === null || typeof term !== 'object' || term.$ !== 'object' || path.length >= STATE_DEPTH) return
  for (const [key, inner] of term.entries) {
    // Only what a query can name.
    if (/^[\w$-]+$/.test(key)) addState(inner, [...path, key], add, budget)
  }
}
