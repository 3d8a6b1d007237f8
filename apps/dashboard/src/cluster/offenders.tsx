'use client'
/** Who stands out now: longest mailboxes, most restarts, most messages, held ones. */
import type { Offender } from '@orrery/live/views'
import Link from 'next/link'
import { useState } from 'react'
import { treePath } from '../frame/addresses.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { Panel } from '../ui/parts.tsx'
import { Segments } from '../ui/tabs.tsx'
import { offenderFigures, shortNode } from './cluster-model.ts'

type Filter = 'all' | Offender['what']

const WORDS: Record<Filter, string> = {
  all: 'All',
  mailbox: 'Mailbox',
  restarts: 'Restarts',
  messages: 'Messages',
  suspended: 'Suspended',
}

export function Offenders({ offenders, isLost }: { offenders: Offender[]; isLost: boolean }) {
  const [filter, setFilter] = useState<Filter>('all')
  const shown = offenders.filter((offender) => filter === 'all' || offender.what === filter)
  return (
    <Panel
      title="Top offenders"
      className="off"
      aside={
        <Segments
          label="Top offenders by"
          choices={(['all', 'mailbox', 'restarts', 'messages'] as const).map((id) => ({
            id,
            label: WORDS[id],
          }))}
          value={filter}
          onChange={setFilter}
        />
      }
    >
      {shown.length === 0 ? (
        <p className="i2" style={{ padding: '12px' }}>
          No process stands out{filter === 'all' ? '' : ` by ${WORDS[filter].toLowerCase()}`}.
        </p>
      ) : (
        <div className="scroll">
          <table>
            <tbody>
              {shown.map((offender) => {
                const { value, after, isHot } = offenderFigures(offender)
                return (
                  <tr key={`${offender.node} ${offender.key} ${offender.what}`}>
                    <td style={{ width: 20, paddingRight: 0 }}>
                      <Glyph name={isLost ? 'lost' : offender.status} size={11} label={offender.status} />
                    </td>
                    <td className="el" style={{ paddingLeft: 8, maxWidth: 200 }}>
                      <Link href={treePath(offender.node, offender.key)} style={{ fontWeight: 500 }}>
                        {offender.name}
                        <span className="m i3" style={{ fontWeight: 400, marginLeft: 8, fontSize: 11 }}>
                          {offender.pid}
                        </span>
                      </Link>
                    </td>
                    <td className="i2" style={{ fontSize: 12 }} title={offender.node}>
                      {shortNode(offender.node)}
                    </td>
                    <td className="i3" style={{ fontSize: 12 }}>
                      {offender.what}
                    </td>
                    <td
                      className="m r"
                      style={isHot ? { color: 'var(--color-backlog)', fontWeight: 600 } : {}}
                    >
                      {value}
                    </td>
                    <td className="m i3" style={{ paddingLeft: 0 }}>
                      {after}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
