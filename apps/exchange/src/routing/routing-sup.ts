/** rest_for_one: the router asks the table, the table's areas are the plan's. */
import { child, Supervisor } from '@orrery/runtime'
import { NUMBER_PLAN, ROUTE_TABLE, ROUTER } from '../messages.ts'
import { NumberPlan } from './number-plan.ts'
import { RouteTable } from './route-table.ts'
import { Router } from './router.ts'

export const RoutingSup = Supervisor.define<{ args: { own: string; areas: readonly string[] } }>({
  module: 'RoutingSup',
  strategy: 'rest_for_one',
  intensity: 3,
  periodMs: 10_000,
  children: ({ own, areas }) => [
    child(NumberPlan, { id: 'numberPlan', name: NUMBER_PLAN, args: { areas } }),
    child(RouteTable, { id: 'routeTable', name: ROUTE_TABLE, args: { own } }),
    child(Router, { id: 'router', name: ROUTER }),
  ],
})
