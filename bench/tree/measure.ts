/** What a browser has to do for a tree: read from Chromium's own trace, frame by frame. */
import type { Browser, CDPSession, Page } from '@playwright/test'

export interface Frames {
  /** Frames a second in the slowest of twenty frames, by the time each frame is of. */
  readonly fpsP5: number
  readonly fpsMedian: number
  /** Of the frames the compositor had something new for, those it did not bring to the screen in time. */
  readonly droppedPercent: number
  /** Main thread, between one frame and the next: by the clock, and by what the thread itself was given of the processor. */
  readonly mainMsP95: number
  readonly mainCpuMsP95: number
  readonly frames: number
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
  readonly tid: number
  readonly pid: number
  readonly args?: { readonly name?: string }
}

/** Frames while `act` goes on. An animation that the page does not see keeps the frames coming. */
export async function framesOf(browser: Browser, page: Page, act: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const times: number[] = []
    const on = (atMs: number) => {
      times.push(atMs)
      if ((globalThis as { benchFrames?: boolean }).benchFrames === true) requestAnimationFrame(on)
    }
    Object.assign(globalThis, { benchFrames: true, benchTimes: times })
    requestAnimationFrame(on)
  })
  await browser.startTracing(page, {
    categories: [
      'toplevel',
      'devtools.timeline',
      'disabled-by-default-devtools.timeline',
      'disabled-by-default-devtools.timeline.frame',
    ],
  })
  await act()
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const times = await page.evaluate(() => {
    Object.assign(globalThis, { benchFrames: false })
    return (globalThis as unknown as { benchTimes: number[] }).benchTimes
  })
  return read(trace.traceEvents, times)
}

function read(events: readonly TraceEvent[], times: readonly number[]): Frames {
  const animation = events.filter(({ name }) => name === 'FireAnimationFrame')
  const counts = new Map<string, number>()
  for (const { pid, tid } of animation) counts.set(`${pid}:${tid}`, (counts.get(`${pid}:${tid}`) ?? 0) + 1)
  const [main] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['']
  const isMain = ({ pid, tid }: TraceEvent) => `${pid}:${tid}` === main
  // Several callbacks belong to one frame.
  const starts: number[] = []
  for (const { ts } of animation.filter(isMain).sort((a, b) => a.ts - b.ts)) {
    const last = starts.at(-1)
    if (last === undefined || ts - last > 2_000) starts.push(ts)
  }
  // Both categories tell of every task, one inside the other: a task counts once.
  const tasks = events
    .filter((event) => isMain(event) && event.ph === 'X' && event.name === 'ThreadControllerImpl::RunTask')
    .sort((a, b) => a.ts - b.ts)
  const gaps = times.slice(1).map((ms, i) => ms - (times[i] ?? ms))
  const busy: number[] = []
  const cpu: number[] = []
  let at = 0
  for (let i = 1; i < starts.length; i++) {
    const [from, to] = [starts[i - 1] as number, starts[i] as number]
    let us = 0
    let cpuUs = 0
    while (at < tasks.length && (tasks[at] as TraceEvent).ts + ((tasks[at] as TraceEvent).dur ?? 0) <= from)
      at += 1
    for (let k = at; k < tasks.length; k++) {
      const { ts, dur = 0, tdur = dur } = tasks[k] as TraceEvent
      if (ts >= to) break
      const within = Math.max(0, Math.min(ts + dur, to) - Math.max(ts, from))
      us += within
      if (dur > 0) cpuUs += (within * tdur) / dur
    }
    busy.push(us / 1_000)
    cpu.push(cpuUs / 1_000)
  }
  const at95 = (values: number[], q: number) =>
    values.sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN
  const count = (name: string) => events.filter((event) => event.name === name).length
  const dropped = count('DroppedFrame')
  return {
    fpsP5: 1_000 / at95(gaps, 0.95),
    fpsMedian: 1_000 / at95(gaps, 0.5),
    droppedPercent: (dropped / Math.max(1, dropped + count('DrawFrame'))) * 100,
    mainMsP95: at95(busy, 0.95),
    mainCpuMsP95: at95(cpu, 0.95),
    frames: times.length,
  }
}

/** Per cent of the main thread, left alone for `ms`. */
export async function idlePercent(devtools: CDPSession, ms: number): Promise<number> {
  const busyS = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
  }
  const before = await busyS()
  await new Promise((resolve) => setTimeout(resolve, ms))
  return (((await busyS()) - before) / (ms / 1_000)) * 100
}
