import { describe, expect, it } from 'vitest'
import { chipModel } from './chip-model.ts'
import { ECHO_MS, FLASHES_PER_S, isStorm, nextChangeMs, nextEchoes, withEchoes } from './echo.ts'
import { incident } from './fixture.ts'
import { modelOf } from './model.ts'

const LINK = 'root/TrunkSup/TrunkLink'

/** All is up again, but the exit was not seen before. */
function recovered() {
  const view = incident()
  for (const row of Object.values(view.rows)) row.status = 'running'
  return view
}
function before() {
  const view = recovered()
  const link = view.rows[LINK]
  if (link) link.exit = null
  return view
}

/** Every process with a supervisor has just exited again. */
function storm(atMs: number) {
  const view = recovered()
  const link = view.rows[LINK]
  if (!link?.exit) throw new Error('the incident has an exit')
  for (const row of Object.values(view.rows)) {
    if (row.parent !== null) row.exit = { ...link.exit, atMs }
  }
  return view
}
const { shape } = modelOf(incident(), new Set())
const children = (key: string) => shape.nodes.get(key)?.children ?? []

describe('echo', () => {
  it('says how quickly it was back', () => {
    const row = withEchoes(recovered(), echoes, 1_400, children).rows[LINK]
    expect(row && chipModel(row, 9_000, null).note?.text).toBe('restarted after 500 ms')
  })

  const echoes = nextEchoes(new Map(), before(), recovered(), 1_000)

  it('shows the cross with the old pid, then the start with the new one, then what is', () => {
    const at = (ms: number) => {
      const row = withEchoes(recovered(), echoes, 1_000 + ms, children).rows[LINK]
      return [row?.status, row?.pid]
    }
    expect(at(0)).toEqual(['crashed', '<0.1712.0>'])
    expect(at(ECHO_MS.crashed)).toEqual(['restarting', '<0.1893.0>'])
    expect(at(ECHO_MS.end)).toEqual(['running', '<0.1893.0>'])
  })

  it('takes along what the strategy took along, with all that lives below', () => {
    const { rows } = withEchoes(recovered(), echoes, 1_100, children)
    expect(rows['root/TrunkSup/Framer']?.status).toBe('waiting')
    expect(rows['root/TrunkSup/ChannelSup/channel']?.status).toBe('waiting')
    expect(rows['root/Directory']?.status).toBe('running')
    expect(rows['root/TrunkSup']?.status).toBe('running')
  })

  it('covers nothing that is down now', () => {
    expect(withEchoes(incident(), echoes, 1_100, children).rows[LINK]?.status).toBe('restarting')
  })

  it('does not echo what was there when the page opened, nor the same exit twice', () => {
    expect(nextEchoes(new Map(), null, recovered(), 0).size).toBe(0)
    expect(nextEchoes(new Map(), recovered(), recovered(), 0).size).toBe(0)
  })

  it('echoes a process that exits again and again at most once a second', () => {
    const again = recovered()
    const link = again.rows[LINK]
    if (link?.exit) link.exit.atMs = 1_200
    expect(nextEchoes(echoes, recovered(), again, 1_200).get(LINK)?.exitAtMs).toBe(1_000)
    expect(nextEchoes(echoes, recovered(), again, 2_100).get(LINK)?.exitAtMs).toBe(1_200)
  })

  it('flashes at most three times in any second, whatever the crash rate, and says when that is reached', () => {
    const seen: number[] = []
    let held: ReturnType<typeof nextEchoes> = new Map()
    let last = storm(0)
    expect(isStorm(held)).toBe(false)
    for (let ms = 20; ms <= 5_000; ms += 20) {
      const view = storm(ms)
      const next = nextEchoes(held, last, view, ms)
      for (const [key, echo] of next) if (held.get(key) !== echo) seen.push(ms)
      held = next
      last = view
      for (const at of seen)
        expect(seen.filter((ms) => ms >= at && ms < at + 1_000).length).toBeLessThanOrEqual(FLASHES_PER_S)
    }
    expect(seen.length).toBeGreaterThan(10)
    expect(isStorm(held)).toBe(true)
  })

  it('knows when the picture changes by itself', () => {
    expect(nextChangeMs(echoes, 1_000)).toBe(ECHO_MS.crashed)
    expect(nextChangeMs(echoes, 1_500)).toBe(ECHO_MS.end - 500)
    expect(nextChangeMs(echoes, 2_000)).toBeNull()
  })

  it('is the same object when nothing echoes', () => {
    const view = recovered()
    expect(withEchoes(view, new Map(), 0, children)).toBe(view)
    expect(withEchoes(view, echoes, 9_000, children)).toBe(view)
  })
})
