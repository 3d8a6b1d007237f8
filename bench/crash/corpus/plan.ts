/**
 * What a corpus throws, decided from a seed: programs' functions, where each is called from, and every single crash with the class
 * it belongs to. The truth is known by construction: module, function, error class, message type.
 */

/** How a function that throws is written; each gives V8 something else to print. */
export const FORMS = [
  'function',
  'arrow',
  'method',
  'static',
  'inherited',
  'recursive',
  'mutual',
  'async',
  'callback',
  'then',
  'inner',
  'generator',
  'getter',
  'constructor',
  'guarded',
  'default',
  'factory',
  'literal',
  'assigned',
  'setter',
  'all',
] as const
export type Form = (typeof FORMS)[number]

export function isAsync(form: Form): boolean {
  return form === 'async' || form === 'then' || form === 'all'
}

/** What is thrown; the first four by the language itself. */
export const FAULTS = ['TypeError', 'SyntaxError', 'URIError', 'RangeError', 'named', 'exit'] as const
export type Fault = (typeof FAULTS)[number]

/** A function that throws, alone in its file with its neighbours. */
export interface Site {
  form: Form
  file: string
  /** Own name, and that of its class, of the function beside it, or of the function inside it. */
  name: string
  other: string
  /** What it may throw, by the number the message says. */
  faults: { fault: Fault; class: string }[]
}

export type Entrance = 'cast' | 'call' | 'info' | 'init' | 'event' | 'run'

/** One kind of message of a server, and the sites its handler may come to. */
export interface Handler {
  entrance: Entrance
  type: string
  sites: Site[]
}

export interface Server {
  kind: 'GenServer' | 'GenStatem' | 'Process'
  module: string
  handlers: Handler[]
}

export interface Case {
  id: number
  server: string
  entrance: Entrance
  message: {
    type: string
    site: number
    how: number
    n: number
    depth: number
    text: string
    isIndirect: boolean
  }
  /** Further processes that die of it. */
  linked: number
  /** `module | function | class | message type`. */
  truth: string
}

export interface Plan {
  servers: Server[]
  sites: Site[]
}

const NOUNS =
  'Ledger Trunk Parcel Booking Meter Session Basket Invoice Route Tariff Voucher Turbine Beacon Courier'.split(
    ' ',
  )
const VERBS =
  'parse settle reserve route decode apply merge verify charge locate expand rotate unpack balance assign'.split(
    ' ',
  )
const THINGS =
  'frame quota header window credit digest lease record slot digit cursor budget marker packet'.split(' ')
const ENDS = 'ind req cnf rsp evt'.split(' ')

/** A generator of numbers below 1; the same seed gives the same ones. */
export function randomOf(seed: number): () => number {
  let at = (Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ seed) >>> 0
  return () => {
    at = (at + 0x6d2b_79f5) >>> 0
    let t = Math.imul(at ^ (at >>> 15), 1 | at)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function planOf(seed: number, servers: number): Plan {
  const random = randomOf(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const taken = new Set<string>()
  const fresh = (make: () => string): string => {
    for (let i = 0; ; i++) {
      const name = i < 50 ? make() : make() + String.fromCharCode(65 + (i % 26))
      if (taken.has(name)) continue
      taken.add(name)
      return name
    }
  }
  const modules = shuffled(NOUNS, random).slice(0, servers + 2)
  const sites: Site[] = []
  let forms: Form[] = []

  const site = (module: string, isSync: boolean): Site => {
    if (forms.length < 4) forms = [...forms, ...shuffled(FORMS, random)]
    const wanted = forms.findIndex((form) => !isSync || !isAsync(form))
    const [form = 'function'] = forms.splice(wanted, 1)
    // A name may come twice in different files, so that a bundler has to tell them apart.
    const name = `${pick(VERBS)}${capital(pick(THINGS))}`
    const file = fresh(() => `${pick(THINGS)}-${pick(VERBS)}`)
    const count = random() < 0.4 ? 2 : 1
    const faults = shuffled(FAULTS, random)
      .slice(0, count)
      .map((fault) => ({
        fault,
        class:
          fault === 'named'
            ? fresh(() => `${module}${capital(pick(THINGS))}Error`)
            : fault === 'exit'
              ? fresh(() => `${pick(THINGS)}_${pick(VERBS)}`)
              : fault,
      }))
    const one: Site = {
      form,
      file,
      name,
      other: fresh(() => `${capital(pick(VERBS))}${capital(pick(THINGS))}`),
      faults,
    }
    if (form === 'guarded') one.faults = [{ fault: 'named', class: 'AssertionFailed' }]
    sites.push(one)
    return one
  }

  const planned: Server[] = modules.map((module, index) => {
    const kind = index === servers ? 'GenStatem' : index === servers + 1 ? 'Process' : 'GenServer'
    const entrances: Entrance[] =
      kind === 'GenStatem'
        ? ['event', 'event']
        : kind === 'Process'
          ? ['run', 'run']
          : ['cast', 'cast', 'call', 'info', 'init']
    const types = new Set<string>()
    const own: Site[] = []
    const handlers = entrances.map((entrance): Handler => {
      let type = entrance === 'init' ? 'init' : `${pick(THINGS)}_${pick(ENDS)}`
      while (types.has(type)) type = `${pick(THINGS)}_${pick(ENDS)}`
      types.add(type)
      const isSync = entrance === 'init' || entrance === 'event'
      const made = Array.from({ length: 1 + Math.floor(random() * 2) }, () => site(module, isSync))
      // One function for two kinds of message: two issues of one place.
      const again = own.filter((one) => !isSync || !isAsync(one.form))
      if (again.length > 0 && random() < 0.5) made.push(pick(again))
      own.push(...made)
      return { entrance, type, sites: [...new Set(made)] }
    })
    return { kind, module, handlers }
  })
  return { servers: planned, sites }
}

/** Every class of the plan, `times` times and sometimes once more, in some order. */
export function casesOf(plan: Plan, seed: number, times: number): Case[] {
  const random = randomOf(seed)
  const cases: Case[] = []
  for (const server of plan.servers) {
    for (const handler of server.handlers) {
      handler.sites.forEach((site, at) => {
        site.faults.forEach((_, how) => {
          const count = times + (random() < 0.3 ? 1 : 0)
          for (let i = 0; i < count; i++) cases.push(caseOf(server, handler, site, at, how, random))
        })
      })
    }
  }
  return shuffled(cases, random).map((one, id) => ({ ...one, id }))
}

function caseOf(
  server: Server,
  handler: Handler,
  site: Site,
  at: number,
  how: number,
  random: () => number,
): Case {
  const depth = Math.floor(random() * 24)
  const module = server.kind === 'Process' ? 'Process' : server.module
  const message = {
    type: handler.type,
    site: at,
    how,
    n: Math.floor(random() * 100_000),
    depth,
    text: Math.floor(random() * 2 ** 32).toString(16),
    isIndirect: random() < 0.4,
  }
  return {
    id: 0,
    server: server.module,
    entrance: handler.entrance,
    message,
    linked: handler.entrance !== 'init' && random() < 0.15 ? 1 + Math.floor(random() * 3) : 0,
    truth: [module, functionOf(site, depth), site.faults[how]?.class, handler.type].join(' | '),
  }
}

/** The function a site throws in, as its author would call it. */
function functionOf({ form, name, other }: Site, depth: number): string {
  switch (form) {
    case 'method':
    case 'static':
    case 'inherited':
    case 'getter':
    case 'setter':
      return `${other}.${name}`
    case 'constructor':
      return other
    case 'default':
      return 'default'
    case 'inner':
      return `inner${other}`
    case 'mutual':
      return depth % 2 === 0 ? name : `or${other}`
    default:
      return name
  }
}

function shuffled<T>(from: readonly T[], random: () => number): T[] {
  const list = [...from]
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[list[i], list[j]] = [list[j] as T, list[i] as T]
  }
  return list
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
