/** The runtime beside Erlang on one scheduler, nact, XState and a bare loop over an array: the same workloads, in turns. */
import { type Compared, compare } from '../../packages/runtime/bench/compare.ts'
import type { Figures, Suite } from '../suite.ts'

export const parts: Suite['parts'] = {
  async speed(log) {
    const compared = await compare({ peers: ['beam', 'nact', 'xstate', 'bare'], log })
    return Object.assign({}, ...compared.map(figuresOf)) as Figures
  },
}

/** `send_per_s`, `send_vs_beam`, … ; a logged workload is named for its peer, `restart_vs_beam_logged`. */
function figuresOf({ workload, medians, ratios }: Compared): Figures {
  const isLogged = workload.endsWith('_logged')
  const name = isLogged ? workload.slice(0, -'_logged'.length) : workload
  const figures: Figures = {}
  if (medians.orrery !== undefined && !isLogged) {
    figures[workload.startsWith('bytes') ? workload : `${workload}_per_s`] = medians.orrery
  }
  for (const [peer, ratio] of Object.entries(ratios)) {
    figures[`${name}_vs_${peer}${isLogged ? '_logged' : ''}`] = ratio
  }
  return figures
}
