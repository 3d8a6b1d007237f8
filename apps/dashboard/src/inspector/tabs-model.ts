/** Which tabs a process has. One that its node cannot fill is off and says why. Pure. */
import type { ProcessView } from '@orrery/live/views'
import type { Capability } from '@orrery/protocol'

export const INSPECTOR_TABS = ['overview', 'state', 'mailbox', 'links', 'messages', 'history'] as const
export type InspectorTab = (typeof INSPECTOR_TABS)[number]

const NEEDS: Partial<Record<InspectorTab, Capability>> = {
  state: 'inspect.state',
  mailbox: 'inspect.mailbox',
  links: 'inspect.links',
  messages: 'inspect.messages',
}

const LABELS: Record<InspectorTab, string> = {
  overview: 'Overview',
  state: 'State',
  mailbox: 'Mailbox',
  links: 'Links',
  messages: 'Messages',
  history: 'History',
}

export interface TabChoice {
  id: InspectorTab
  label: string
  count?: number
  isDisabled?: boolean
  title?: string
}

export function tabsOf(process: ProcessView | null): TabChoice[] {
  const shown = INSPECTOR_TABS.filter((id) => id !== 'history' || hasHistory(process))
  return shown.map((id) => {
    const choice: TabChoice = { id, label: LABELS[id] }
    const needs = NEEDS[id]
    if (process && needs && !process.capabilities.includes(needs)) {
      choice.isDisabled = true
      choice.title = process.absent[needs] ?? `${process.node} does not offer ${needs}`
    }
    if (id === 'links' && process?.inspection) {
      const { links, monitors, monitoredBy } = process.inspection
      choice.count = links.length + monitors.length + monitoredBy.length
    }
    return choice
  })
}

function hasHistory(process: ProcessView | null): boolean {
  return process !== null && (process.incarnations.length > 1 || process.crashes.length > 0)
}
