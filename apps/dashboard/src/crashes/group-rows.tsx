'use client'
/** The groups, one line each: what it is, its status, its day, its count. */
import type { CrashGroupRow } from '@orrery/live/views'
import { Check } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { age, count } from '../live/format.ts'
import { useHubNow } from '../live/now.ts'
import { visible } from '../term/term-text.ts'
import { Glyph } from '../ui/glyphs.tsx'
import { Reticle } from '../ui/parts.tsx'
import { BucketBars } from '../ui/sparkline.tsx'
import { firstText, shortId } from './group-life.ts'
import { StatusTag } from './status.tsx'

export function GroupRows({
  groups,
  selected,
  marked,
  onSelect,
  onOpen,
}: {
  groups: CrashGroupRow[]
  selected: CrashGroupRow | null
  /** Ids of those that were selected to do something to. */
  marked: ReadonlySet<string>
  onSelect: (group: CrashGroupRow) => void
  onOpen: (group: CrashGroupRow) => void
}) {
  const nowMs = useHubNow(1_000)
  const list = useRef<HTMLUListElement>(null)
  const selectedId = selected?.id ?? null
  // Who moves by keys sees where it goes, and Enter is of the row that is looked at.
  useEffect(() => {
    if (selectedId === null) return
    const row = list.current?.querySelector<HTMLElement>(`[data-group="${CSS.escape(selectedId)}"]`)
    row?.scrollIntoView({ block: 'nearest' })
    if (list.current?.contains(document.activeElement)) row?.focus()
  }, [selectedId])
  return (
    <ul ref={list} className="group-rows">
      {groups.map((group) => (
        <li key={group.id}>
          <button
            type="button"
            className={`gr ${group.id === selected?.id ? 'on' : ''} ${marked.has(group.id) ? 'marked' : ''}`}
            data-status={group.status}
            aria-current={group.id === selected?.id}
            data-group={group.id}
            onClick={() => onSelect(group)}
            onDoubleClick={() => onOpen(group)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              onOpen(group)
            }}
          >
            {marked.has(group.id) ? (
              <span className="cbx on" role="img" aria-label="selected">
                <Check className="ic" aria-hidden />
              </span>
            ) : (
              <span className="gr-cause">
                <Glyph
                  name={group.cause === 'injected' ? 'fault' : 'crashed'}
                  label={group.cause === 'organic' ? 'crashed' : `crashed, ${group.cause}`}
                />
                {group.cause === 'mixed' ? <Glyph name="fault" size={8} isStill /> : null}
              </span>
            )}
            <span className="gr-name">
              <span className="row">
                <b>{visible(group.name)}</b>
                <span className="m el">
                  {visible(group.reason)} <span className="i2">{detailOf(group)}</span>
                </span>
              </span>
              <span className="row gr-sub">
                <span className="m i3 nw">{shortId(group.fingerprint)}</span>
                {group.merged.length > 0 ? (
                  <span className="i3 nw" title="Groups merged into it">
                    + {count(group.merged.length)}
                  </span>
                ) : null}
                {group.topFrame ? <span className="m i2 el">{visible(group.topFrame)}</span> : null}
                <span className="i3 el">{group.nodes.join(', ')}</span>
              </span>
            </span>
            <span className="gr-status">
              <StatusTag status={group.status} />
            </span>
            <span className="gr-bars">
              <BucketBars counts={group.buckets} width={122} height={24} tone="crashed" />
            </span>
            <span className="m r gr-count">{count(group.count)}</span>
            <span className="r">
              <span className="m">{age(nowMs - group.lastSeenMs)} ago</span>
              <span className="m i3 gr-first">{firstText(group.firstSeenMs, nowMs)}</span>
            </span>
            {group.id === selected?.id ? <Reticle inset="3px" /> : null}
          </button>
        </li>
      ))}
    </ul>
  )
}

function detailOf(group: CrashGroupRow): string {
  const text = group.reasonText.startsWith(group.reason)
    ? group.reasonText.slice(group.reason.length)
    : group.reasonText
  return visible(text.replace(/^[:\s]+/, ''))
}
