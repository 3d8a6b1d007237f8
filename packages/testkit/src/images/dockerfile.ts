/** Reads the Dockerfiles we write: the instructions they use, and a refusal of any other, so that none is skipped unseen. */

export type Step =
  | { kind: 'workdir'; path: string }
  | { kind: 'env'; values: Record<string, string> }
  | { kind: 'copy'; from: string | null; owner: string | null; sources: string[]; target: string }
  | { kind: 'run'; command: string }

export interface Stage {
  name: string
  /** An image of a registry, or an earlier stage. */
  base: string
  steps: Step[]
  /** Numeric, `uid:gid`. */
  user: string | null
  command: string[] | null
  healthCheck: string[] | null
}

/** @throws what it cannot read, with its line. */
export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = []
  for (const line of instructions(text)) {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(line) ?? []
    if (word === 'FROM') {
      const [, base = '', name = ''] = /^(\S+) AS (\S+)$/.exec(rest) ?? []
      if (name === '') throw new Error(`a stage without a name: ${line}`)
      const parent = stages.find((stage) => stage.name === base)
      stages.push({
        name,
        base,
        steps: [],
        user: parent?.user ?? null,
        command: parent?.command ?? null,
        healthCheck: parent?.healthCheck ?? null,
      })
      continue
    }
    const stage = stages.at(-1)
    if (!stage) throw new Error(`before any FROM: ${line}`)
    read(stage, word, rest)
  }
  return stages
}

function read(stage: Stage, word: string, rest: string): void {
  switch (word) {
    case 'WORKDIR':
      stage.steps.push({ kind: 'workdir', path: rest })
      return
    case 'ENV':
      stage.steps.push({ kind: 'env', values: Object.fromEntries(rest.split(/\s+/).map(pair)) })
      return
    case 'COPY':
      stage.steps.push(copy(rest))
      return
    case 'RUN':
      // By hand there is no other root: what is named absolutely would be this machine's.
      if (/(^|\s)\//.test(rest)) throw new Error(`RUN names an absolute path: ${rest}`)
      stage.steps.push({ kind: 'run', command: rest })
      return
    case 'USER':
      if (!/^\d+:\d+$/.test(rest)) throw new Error(`USER is not uid:gid: ${rest}`)
      stage.user = rest
      return
    case 'CMD':
      stage.command = words(rest)
      return
    case 'HEALTHCHECK':
      stage.healthCheck = words(rest.replace(/^(--\S+\s+)*CMD\s+/, ''))
      return
    case 'EXPOSE':
      return
    default:
      throw new Error(`nobody carries this out: ${word} ${rest}`)
  }
}

function copy(rest: string): Step {
  const parts = rest.split(/\s+/)
  const flags = new Map(parts.filter((part) => part.startsWith('--')).map((flag) => pair(flag.slice(2))))
  const paths = parts.filter((part) => !part.startsWith('--'))
  const target = paths.pop()
  if (target === undefined || paths.length === 0) throw new Error(`COPY without a source: ${rest}`)
  return {
    kind: 'copy',
    from: flags.get('from') ?? null,
    owner: flags.get('chown') ?? null,
    sources: paths,
    target,
  }
}

function pair(text: string): [string, string] {
  const [name = '', ...value] = text.split('=')
  return [name, value.join('=')]
}

function words(text: string): string[] {
  const parsed: unknown = JSON.parse(text)
  if (Array.isArray(parsed) && parsed.every((word) => typeof word === 'string')) return parsed
  throw new Error(`not a list of words: ${text}`)
}

/** One an entry: comments gone, continued lines joined. */
function instructions(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}
