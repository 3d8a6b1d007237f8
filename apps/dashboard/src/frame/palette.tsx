'use client'
/** Finds processes, nodes, screens and actions; the hub finds the processes. Arrow keys, Enter, Esc. */
import type { ClusterView, ProcessRow } from '@orrery/live/views'
import { Search } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Fragment, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { pidQuery, quoted } from '../faults/draft.ts'
import { labPath } from '../faults/lab-address.ts'
import { findProcesses } from '../live/api.ts'
import { moment } from '../live/moment.ts'
import { hubNow } from '../live/now.ts'
import { toggleZone } from '../live/zone.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Glyph } from '../ui/glyphs.tsx'
import type { Place } from './addresses.ts'
import type { Halt } from './halt.tsx'
import { openOverlay } from './overlays.ts'
import { inTurn, localOffers, type Offer, processOffers } from './palette-model.ts'
import { motion, toggleTheme } from './theme.ts'

const PER_NODE = 8
const SHOWN = 12
const WAIT_MS = 120

export function Palette({
  text: first,
  place,
  cluster,
  halt,
  onClose,
}: {
  text: string
  place: Place
  cluster: ClusterView | null
  halt: Halt
  onClose: () => void
}) {
  const router = useRouter()
  const [text, setText] = useState(first)
  const [at, setAt] = useState(0)
  const found = useProcesses(text, place.node, cluster)
  const list = useId()
  const ref = useRef<HTMLDivElement>(null)
  const nodes = Object.values(cluster?.nodes ?? {})
  const treeNode = place.node ?? nodes[0]?.node ?? null
  const offers = [...processOffers(found.rows), ...localOffers(text, place, cluster, treeNode)]
  const index = Math.min(at, Math.max(0, offers.length - 1))
  useEffect(() => {
    ref.current?.querySelector(`[data-at="${index}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [index])
  const take = (offer: Offer | undefined) => {
    if (!offer) return
    onClose()
    if (offer.href) router.push(offer.href)
    else if (offer.action === 'inject') router.push(labPath({ q: queryOf(place, window.location.search) }))
    else act(offer.action, halt)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by && offers.length > 0) setAt((index + by + offers.length) % offers.length)
    else if (event.key === 'Enter') take(offers[index])
    else return
    event.preventDefault()
  }
  return (
    <Dialog label="Find" onClose={onClose} className="palette">
      <div className="q">
        <Search className="ic" aria-hidden />
        <input
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          placeholder="Find a process, pid, module or node"
          aria-label="Find"
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={offers[index] ? `${list}-${index}` : undefined}
          spellCheck={false}
          autoComplete="off"
        />
        <kbd>Esc</kbd>
      </div>
      <div className="list" id={list} role="listbox" aria-label="Found" ref={ref}>
        {offers.map((offer, i) => (
          <Fragment key={offer.id}>
            {offers[i - 1]?.group === offer.group ? null : (
              <div className="lbl grp" role="presentation">
                {offer.group}
              </div>
            )}
            <button
              type="button"
              id={`${list}-${i}`}
              data-at={i}
              role="option"
              aria-selected={i === index}
              tabIndex={-1}
              className={`it ${i === index ? 'on' : ''}`}
              onMouseMove={() => setAt(i)}
              onClick={() => take(offer)}
            >
              {offer.glyph ? <Glyph name={offer.glyph} size={11} /> : <span style={{ width: 11 }} />}
              <span className="el" style={{ fontWeight: 500 }}>
                {offer.label}
              </span>
              <span className="m i3 el" style={{ marginLeft: 'auto' }}>
                {offer.detail}
              </span>
            </button>
          </Fragment>
        ))}
        {offers.length === 0 ? (
          <div className="i2" style={{ padding: '14px' }}>
            {found.isAsking ? 'Asking the hub' : (found.failure ?? 'Nothing has that name.')}
          </div>
        ) : found.failure ? (
          <div className="c-crashed" style={{ padding: '8px 14px' }}>
            {found.failure}
          </div>
        ) : null}
      </div>
    </Dialog>
  )
}

/** Asks the hub for processes, of the node in scope or of every live one. */
function useProcesses(text: string, node: string | null, cluster: ClusterView | null) {
  const [found, setFound] = useState<{ rows: ProcessRow[]; isAsking: boolean; failure: string | null }>({
    rows: [],
    isAsking: false,
    failure: null,
  })
  const askedAtMs = useRef(Number.NEGATIVE_INFINITY)
  const nodes = node
    ? [node]
    : Object.values(cluster?.nodes ?? {})
        .filter((row) => row.status === 'live')
        .map((row) => row.node)
  const asked = nodes.join(' ')
  useEffect(() => {
    const q = text.trim()
    if (q === '' || q.startsWith('node:') || asked === '') {
      setFound({ rows: [], isAsking: false, failure: null })
      return
    }
    const stop = new AbortController()
    // The first letter is asked about at once; who types on is asked for when it is time.
    const waitMs = Math.max(0, askedAtMs.current + WAIT_MS - performance.now())
    setFound((before) => ({ ...before, isAsking: true }))
    const timer = setTimeout(async () => {
      askedAtMs.current = performance.now()
      const answers = await Promise.all(
        asked.split(' ').map((name) => findProcesses(name, q, PER_NODE, stop.signal)),
      )
      if (stop.signal.aborted) return
      const rows = inTurn(answers.map((answer) => (answer.ok ? answer.value.items : [])))
      const failed = answers.find((answer) => !answer.ok)
      setFound({
        rows: rows.slice(0, SHOWN),
        isAsking: false,
        failure: failed && !failed.ok ? failed.message : null,
      })
    }, waitMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [text, asked])
  return found
}

/** The process that is looked at, else its node. */
function queryOf({ screen, node }: Place, search: string): string {
  if (node === null) return ''
  const key = screen === 'tree' || screen === 'process' ? new URLSearchParams(search).get('key') : null
  return key === null ? `node:${quoted(node)}` : pidQuery(node, key)
}

function act(action: string | null, halt: Halt): void {
  if (action === 'halt') void halt.press()
  else if (action === 'theme') toggleTheme()
  else if (action === 'motion') motion.set(motion.get() === 'reduced' ? 'system' : 'reduced')
  else if (action === 'zone') toggleZone()
  else if (action === 'keys') openOverlay({ kind: 'keys' })
  else if (action === 'pause') moment.isHeld() ? moment.release() : moment.hold(hubNow())
}
