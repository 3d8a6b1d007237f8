/** The hub of itself. */
import { type HttpHub, hub } from '@orrery/protocol/http'
import type { HttpDeps } from '../deps.ts'
import { type Api, actor, createRoute, json, problems } from './shared.ts'

export function hubRoutes(api: Api, { live, store, version }: HttpDeps): void {
  api.openapi(getHub, (c) => {
    actor(c)
    const counted = live.counters()
    const answer: HttpHub = {
      version,
      store: { kind: store.kind, isReady: store.ready() },
      browsers: {
        connected: counted.browsersConnected,
        behind: counted.browsersBehind,
        cut: counted.browsersCut,
        messages: counted.viewMessages,
        skipped: counted.viewsSkipped,
      },
      agents: {
        connected: counted.agentsConnected,
        frames: counted.frames,
        records: counted.records,
        gaps: counted.gaps,
        recordsSkipped: counted.recordsSkipped,
        frameErrors: { ...counted.frameErrors },
        refusals: { ...counted.refusals },
      },
      crashes: {
        pending: counted.crashesPending,
        stored: counted.crashesStored,
        refused: counted.crashesRefused,
        amendmentsLost: counted.amendmentsLost,
      },
      storeFailures: counted.storeFailures,
    }
    return c.json(answer, 200)
  })
}

const getHub = createRoute({
  method: 'get',
  path: '/api/v1/hub',
  operationId: 'getHub',
  tags: ['health'],
  summary: 'The hub of itself: who is connected, what was left out, what waits',
  responses: { 200: json(hub, 'Counted since its start.'), ...problems({}) },
})
