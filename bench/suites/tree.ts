/** The living tree at 1,000, 10,000 and 100,000 processes in four shapes, in a real Chromium. */
import type { Figures, Suite } from '../suite.ts'
import { measureNodes } from '../tree/nodes.ts'
import type { Shape } from '../tree/shape-node.ts'
import { measureTree, type TreeFigures } from '../tree/tree.ts'

/**
 * Erlang's observer with trees of these sizes, as it was once measured on a machine like this one: seconds until the tree was drawn (the
 * quickest), the longest scroll step, and per cent of a core while one process a second was killed.
 */
const OBSERVER = {
  '1k': { drawnS: 0.23, scrollS: 0.5, corePercent: 9 },
  '10k': { drawnS: 1.6, scrollS: 2.2, corePercent: 58 },
  '100k': { drawnS: 27, scrollS: 37, corePercent: 79 },
} as const

const SHAPES: readonly Shape[] = ['wide', 'chain', 'pool', 'many']

/** The worst shape speaks for the size. */
async function size(
  count: number,
  name: keyof typeof OBSERVER,
  log: (line: string) => void,
): Promise<Figures> {
  const measured: TreeFigures[] = []
  for (const shape of SHAPES) {
    const seen = await measureTree(shape, count)
    measured.push(seen)
    const told = Object.entries(seen).map(([key, value]) => `${key} ${Number(value.toPrecision(4))}`)
    log(`${shape}: ${told.join(', ')}`)
  }
  const { drawnS, scrollS, corePercent } = OBSERVER[name]
  log(
    `observer, as measured: drawn after ${drawnS} s, a scroll step up to ${scrollS} s, ${corePercent} % of a core`,
  )
  const worst = (read: (seen: TreeFigures) => number) => Math.max(...measured.map(read))
  const least = (read: (seen: TreeFigures) => number) => Math.min(...measured.map(read))
  return {
    [`tree_frame_ms_p95_${name}`]: worst(({ frameMsP95 }) => frameMsP95),
    [`tree_frame_cpu_ms_p95_${name}`]: worst(({ frameCpuMsP95 }) => frameCpuMsP95),
    [`tree_frames_dropped_percent_${name}`]: worst(({ droppedPercent }) => droppedPercent),
    [`tree_fps_p5_${name}`]: least(({ fpsP5 }) => fpsP5),
    [`tree_fps_median_${name}`]: least(({ fpsMedian }) => fpsMedian),
    [`tree_first_view_ms_${name}`]: worst(({ firstViewMs }) => firstViewMs),
    [`tree_first_view_vs_observer_${name}`]: (drawnS * 1_000) / worst(({ firstViewMs }) => firstViewMs),
    [`tree_idle_main_thread_percent_${name}`]: worst(({ idlePercent }) => idlePercent),
    [`hub_mb_per_${name}`]: worst(({ hubMb }) => hubMb),
    [`wire_kB_per_s_${name}`]: worst(({ wireKBPerS }) => wireKBPerS),
    [`wire_first_kB_${name}`]: worst(({ firstWireKB }) => firstWireKB),
    [`agent_wire_kB_per_s_${name}`]: worst(({ agentKBPerS }) => agentKBPerS),
    [`palette_ms_${name}`]: worst(({ paletteMs }) => paletteMs),
  }
}

export const parts: Suite['parts'] = {
  '1k': (log) => size(1_000, '1k', log),
  '10k': (log) => size(10_000, '10k', log),
  '100k': (log) => size(100_000, '100k', log),
  nodes: async (log) => {
    const { processes, hubDelayP99Ms, pageGapMsP95, liveNodes } = await measureNodes()
    log(`${liveNodes} live nodes of ${processes} processes in all`)
    return {
      nodes_live: liveNodes,
      nodes_hub_delay_ms_p99: hubDelayP99Ms,
      nodes_page_gap_ms_p95: pageGapMsP95,
    }
  },
}
