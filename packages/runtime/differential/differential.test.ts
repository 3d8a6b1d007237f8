/** The same scenarios on Erlang/OTP and here: what is seen must be the same. `ORRERY_SEED` moves the seeds. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { playOnErlang } from './erlang.ts'
import { generate } from './generate.ts'
import { play } from './ours.ts'
import type { Scenario, SupervisorSpec, Trace } from './scenario.ts'

const SCENARIOS = 2_000
const LONGEST_MS = 240_000

const first = Number(process.env.ORRERY_SEED ?? 1)
const scenarios = Array.from({ length: SCENARIOS }, (_, i) => generate(first + i))
let theirs: Map<number, Trace>

beforeAll(() => {
  console.log(`ORRERY_SEED=${first}: scenarios ${first} to ${first + SCENARIOS - 1}`)
  theirs = playOnErlang(scenarios)
}, LONGEST_MS)

afterAll(() => {
  theirs.clear()
})

test('[DIFF-1] what Erlang/OTP does in two thousand scenarios, this runtime does', {
  timeout: LONGEST_MS,
}, async () => {
  const different: string[] = []
  let equal = 0
  for (const scenario of scenarios) {
    const [ours, otp] = [await play(scenario), theirs.get(scenario.seed) ?? []]
    if (ours.join('\n') === otp.join('\n')) equal += 1
    else if (different.length < 3) different.push(difference(scenario, ours, otp))
  }
  console.log(`scenarios_equal ${equal} of scenarios_run ${scenarios.length}`)
  expect(different.join('\n\n')).toBe('')
  expect(equal).toBe(SCENARIOS)
})

test('[DIFF-2] the scenarios reach what they are for', () => {
  const lines = [...theirs.values()].flat()
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length
  // Lives after a restart, crashes, kills, supervisors that gave up or failed to start, last words, messages of links and monitors.
  for (const [what, pattern] of Object.entries({
    restart: /^L \S+ [2-9]/,
    crash: /X:error$/,
    kill: /X:killed$/,
    gaveUp: /^L s\d+ .*X:shutdown$/,
    failedStart: /failed_to_start_child/,
    lastWords: / T:/,
    exitMessage: /^M .*EXIT:/,
    down: /^M .*DOWN:/,
    refused: /^R \d+ error (running|restarting|not_found|already_present|already_started)/,
  })) {
    expect(count(pattern), what).toBeGreaterThan(50)
  }
})

test('[DIFF-3] a supervisor that did otherwise would be noticed', { timeout: LONGEST_MS }, async () => {
  const otherwise: ((root: SupervisorSpec) => SupervisorSpec)[] = [
    (root) => ({ ...root, strategy: 'one_for_one' }),
    (root) => ({ ...root, intensity: root.intensity + 1 }),
    (root) => ({ ...root, autoShutdown: root.autoShutdown === 'never' ? 'never' : 'any_significant' }),
    (root) => ({ ...root, children: [...root.children].reverse() }),
    (root) => ({
      ...root,
      children: root.children.map((each) => ({ ...each, restart: 'permanent', significant: false })),
    }),
  ]
  for (const change of otherwise) {
    let noticed = 0
    for (const scenario of scenarios) {
      if (scenario.root === null) continue
      const ours = await play({ ...scenario, root: change(scenario.root) })
      if (ours.join('\n') !== theirs.get(scenario.seed)?.join('\n')) noticed += 1
    }
    expect(noticed, String(change)).toBeGreaterThan(3)
  }
})

function difference(scenario: Scenario, ours: Trace, otp: Trace): string {
  const [here, there] = [new Set(ours), new Set(otp)]
  return [
    `scenario ${scenario.seed}: ORRERY_SEED=${scenario.seed} plays it first`,
    JSON.stringify(scenario),
    ...ours.filter((line) => !there.has(line)).map((line) => `  here    ${line}`),
    ...otp.filter((line) => !here.has(line)).map((line) => `  in OTP  ${line}`),
  ].join('\n')
}
