/**
 * What interceptors cost a saturated node while nothing is injected: the runtime as it is, beside a build of the same source without the checks on
 * the paths of a message. Paired blocks in turns, in several processes, so that no single layout of compiled code decides.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { seeded } from '@orrery/protocol/faults'
import { build, type Plugin } from 'esbuild'
import { type Figures, median, quantile } from '../suite.ts'
import type { IdleBlock, IdleOrder } from './idle-cost-node.ts'

/** Exactly these checks, each once: where one is written otherwise the measurement fails rather than compares a build with itself. */
const CHECKS: readonly { file: string; check: string; without: string }[] = [
  {
    file: 'node.ts',
    check: `    if ((target.flags & INTERCEPTED) !== 0 && interceptDelivery(target, value, sender, meta)) return
`,
    without: '',
  },
  {
    file: 'flags.ts',
    check: 'GUARDED = DEAD | INTERCEPTED',
    without: 'GUARDED = DEAD',
  },
  {
    file: 'flags.ts',
    check: 'ASIDE = TIMED | INTERCEPTED',
    without: 'ASIDE = TIMED',
  },
  {
    file: 'receive.ts',
    check: 'if (process.interceptor === null) return message',
    without: 'return message',
  },
]

const PROCESSES = 1_000
const TOKENS = 200
/** So few that a block takes some three milliseconds: the machine's own phases are longer, and fall on both of a pair. */
const HOPS = 100
/**
 * Two processes each, one for either build: a process has its own luck with the layout of its code and memory, some three or four
 * percent of its speed for as long as it lives. So there are many of them.
 */
const PROGRAMS = 600
const PAIRS_EACH = 60
/** Blocks before anything is measured: the compiler is done. */
const WARM_UP = 60
/** A line is printed for so many. */
const TOLD = 50
const RESAMPLES = 4_000

interface Pair {
  checked: IdleBlock
  unchecked: IdleBlock
}

/** Cost is processor time: of it other programs on the machine take nothing away. The same by the wall clock stands beside it. */
export async function idleCost(log: (line: string) => void): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-idle-cost-'))
  try {
    const checked = await bundle(join(dir, 'checked.mjs'), false)
    const unchecked = await bundle(join(dir, 'unchecked.mjs'), true)
    const measured = await built('./idle-cost-node.ts', join(dir, 'measured.mjs'))
    const random = seeded(Number(process.env.ORRERY_SEED ?? Date.now() % 4_294_967_296), 'idle cost')
    const programs: Pair[][] = []
    for (let program = 0; program < PROGRAMS; program++) {
      const pairs = await inTurns(measured, { checked, unchecked }, random)
      programs.push(pairs)
      if ((program + 1) % TOLD > 0) continue
      log(
        `${program + 1} of ${PROGRAMS} programs: ${median(costsOf(programs, 'cpuMs')).toFixed(2)} % (median)`,
      )
    }
    const cpu = costsOf(programs, 'cpuMs')
    const wall = costsOf(programs, 'ms')
    const blocks = programs.flat().map(({ checked: on }) => on.cpuMs)
    return {
      idle_interceptor_cost_percent: upperBound(cpu, random),
      idle_interceptor_cost_percent_median: median(cpu),
      idle_interceptor_cost_percent_wall: upperBound(wall, random),
      idle_interceptor_cost_pairs: programs.flat().length,
      idle_interceptor_messages_per_cpu_s: (1_000 * TOKENS * HOPS) / median(blocks),
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** What the checks cost in each program, in percent of what is spent with them: the median of its pairs. */
function costsOf(programs: readonly (readonly Pair[])[], by: keyof IdleBlock): number[] {
  return programs.map((pairs) =>
    median(pairs.map(({ checked, unchecked }) => 100 * (1 - unchecked[by] / checked[by]))),
  )
}

/** One-sided 95 % bound of the median over programs, by the bootstrap: pairs of one program are alike, so whole programs are drawn. */
function upperBound(costs: readonly number[], random: () => number): number {
  const medians: number[] = []
  for (let sample = 0; sample < RESAMPLES; sample++)
    medians.push(median(costs.map(() => costs[Math.floor(random() * costs.length)] as number)))
  return quantile(medians, 0.95)
}

async function inTurns(
  measured: string,
  { checked, unchecked }: { checked: string; unchecked: string },
  random: () => number,
): Promise<Pair[]> {
  const isCheckedFirst = random() < 0.5
  const files = isCheckedFirst ? [checked, unchecked] : [unchecked, checked]
  const children = files.map((file) =>
    begun(measured, { file, processes: PROCESSES, tokens: TOKENS, hops: HOPS }),
  )
  const [first, second] = children as [ChildProcess, ChildProcess]
  const [on, off] = isCheckedFirst ? [first, second] : [second, first]
  try {
    for (let i = 0; i < WARM_UP; i++) for (const child of children) await block(child)
    const pairs: Pair[] = []
    for (let i = 0; i < PAIRS_EACH; i++) {
      if (random() < 0.5) {
        const taken = await block(on)
        pairs.push({ checked: taken, unchecked: await block(off) })
      } else {
        const without = await block(off)
        pairs.push({ checked: await block(on), unchecked: without })
      }
    }
    return pairs
  } finally {
    for (const child of children) child.kill()
  }
}

function begun(measured: string, order: IdleOrder): ChildProcess {
  const child = fork(measured, { env: { ...process.env, NODE_ENV: 'production' }, execArgv: [] })
  child.send(order)
  return child
}

function block(child: ChildProcess): Promise<IdleBlock> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a measuring process ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (measured) => {
      child.off('exit', ended)
      resolve(measured as IdleBlock)
    })
    child.send('block')
  })
}

/** One file that needs no loader: a measured process begins at once. */
async function built(entry: string, outfile: string, plugins: Plugin[] = []): Promise<string> {
  await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins,
    logLevel: 'error',
  })
  return outfile
}

async function bundle(outfile: string, isUnchecked: boolean): Promise<string> {
  const removed = new Set<string>()
  const withoutChecks: Plugin = {
    name: 'without-checks',
    setup(builder) {
      builder.onLoad({ filter: /packages\/runtime\/src\/(node|flags|receive)\.ts$/ }, ({ path }) => {
        let contents = readFileSync(path, 'utf8')
        for (const { file, check, without } of CHECKS) {
          if (file !== basename(path)) continue
          if (contents.split(check).length !== 2)
            throw new Error(`${file} does not hold its check exactly once`)
          contents = contents.replace(check, without)
          removed.add(check)
        }
        return { contents, loader: 'ts' }
      })
    },
  }
  await built('./saturated.ts', outfile, isUnchecked ? [withoutChecks] : [])
  if (isUnchecked && removed.size !== CHECKS.length) throw new Error('not every check was removed')
  return pathToFileURL(outfile).href
}
