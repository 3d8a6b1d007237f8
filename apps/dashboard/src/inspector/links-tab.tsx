'use client'
/** Who is bound to it: links, monitors, its supervisor, and its children where it is one itself. */
import type { ReactNode } from 'react'
import { visible } from '../term/term-text.ts'
import { Asked, ProcessLink, type TabProps } from './parts.tsx'

export function LinksTab({ process, view, onSelect }: TabProps) {
  const { inspection, supervisor } = process
  return (
    <div className="insp-tab">
      <Asked process={process} />
      {supervisor ? (
        <Group name="Supervisor">
          <div className="insp-peer">
            <ProcessLink peer={supervisor} view={view} onSelect={onSelect} />
            <span className="sp" />
            <span className="m i3">{supervisor.strategy}</span>
          </div>
        </Group>
      ) : null}
      {inspection ? (
        <>
          <Peers
            name="Links"
            about="exit together, unless one traps"
            list={inspection.links}
            {...{ view, onSelect }}
          />
          <Peers
            name="Monitors"
            about="it is told when they exit"
            list={inspection.monitors}
            {...{ view, onSelect }}
          />
          <Peers
            name="Monitored by"
            about="they are told when it exits"
            list={inspection.monitoredBy}
            {...{ view, onSelect }}
          />
          {inspection.children ? (
            <Group name="Children" count={inspection.children.length}>
              {inspection.children.map((child) => (
                <div key={child.key} className="insp-peer">
                  <ProcessLink
                    peer={{ pid: child.pid, key: child.key, name: child.id }}
                    view={view}
                    onSelect={onSelect}
                  />
                  <span className="sp" />
                  <span className="m i3">{child.restart}</span>
                </div>
              ))}
            </Group>
          ) : null}
          {inspection.ancestors.length > 0 ? (
            <Group name="Ancestors">
              {inspection.ancestors.map((ancestor) => (
                <div key={ancestor.pid} className="insp-peer m">
                  <span>{visible(ancestor.name ?? ancestor.pid)}</span>
                  {ancestor.name ? <span className="i3">{visible(ancestor.pid)}</span> : null}
                </div>
              ))}
            </Group>
          ) : null}
        </>
      ) : null}
    </div>
  )
}

function Peers({
  name,
  about,
  list,
  view,
  onSelect,
}: {
  name: string
  about: string
  list: { pid: string; key: string; name: string | null }[]
} & Pick<TabProps, 'view' | 'onSelect'>) {
  return (
    <Group name={name} about={about} count={list.length}>
      {list.length === 0 ? <span className="i3">none</span> : null}
      {list.map((peer) => (
        <div key={`${peer.key} ${peer.pid}`} className="insp-peer">
          <ProcessLink peer={peer} view={view} onSelect={onSelect} />
        </div>
      ))}
    </Group>
  )
}

function Group({
  name,
  about,
  count,
  children,
}: {
  name: string
  about?: string
  count?: number
  children: ReactNode
}) {
  return (
    <section className="insp-group" aria-label={name}>
      <h2 className="row">
        <span className="lbl">{name}</span>
        {count === undefined ? null : <span className="m i3">{count}</span>}
        <span className="sp" />
        {about ? <span className="lbl">{about}</span> : null}
      </h2>
      {children}
    </section>
  )
}
