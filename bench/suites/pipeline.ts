/** The straight line, measured: from a throw to a page, what watching costs, how soon a stranger sees it. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measureAgentCost } from '../../packages/agent/bench/cost.ts'
import { compare } from '../../packages/runtime/bench/compare.ts'
import { crashToBrowser } from '../pipeline/crash-to-browser.ts'
import { startToPage } from '../pipeline/start-to-page.ts'
import type { Suite } from '../suite.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

export const parts: Suite['parts'] = {
  async crash(log) {
    log('crash to browser: 10,000 processes, 50 crashes/s, 3 browsers')
    const crash = await crashToBrowser()
    return {
      crash_to_browser_p50_ms: crash.p50Ms,
      crash_to_browser_p99_ms: crash.p99Ms,
      crash_to_browser_samples: crash.samples,
      crash_to_browser_unseen: crash.unseen,
      page_js_gz_kB: crash.pageJsKb,
    }
  },
  async agent(log) {
    log('agent cost: 10,000 processes, saturated, agent toggled in random half-second blocks')
    const cost = await measureAgentCost()
    return {
      agent_cost_percent_10k: cost.agent_cost_percent_10k,
      agent_cost_percent_10k_median: cost.agent_cost_percent_10k_median,
    }
  },
  async send(log) {
    log('one-way send beside nact, interleaved')
    const [send] = await compare({ peers: ['nact'], workloads: ['send'] })
    const perSecond = send?.medians.orrery
    const ratio = send?.ratios.nact
    if (perSecond === undefined || ratio === undefined) throw new Error('send was not measured')
    return { send_per_s: perSecond, send_per_s_vs_nact: ratio }
  },
  async start(log) {
    log('fresh clone to page, npm cache warm')
    return { start_to_page_s: await startToPage(root) }
  },
}
