'use client'
/** What the fault is laid upon: processes by a query, and senders for an edge; or a node; or a port of a node. */
import type { TableView } from '@orrery/live/views'
import { parseTarget, sampleSize, type TargetQuery } from '@orrery/protocol/faults'
import { PROCESS_FIELDS, parseQuery } from '@orrery/protocol/query'
import type { RefObject } from 'react'
import { count } from '../live/format.ts'
import { useView } from '../live/use-view.ts'
import { Segments } from '../ui/tabs.tsx'
import { useAtMost } from '../ui/use-at-most.ts'
import type { DraftStep } from './draft.ts'
import { type Kind, type Port, readPorts } from './lab-api.ts'
import { TargetCells } from './target-cells.tsx'
import { TargetField } from './target-field.tsx'
import { useAnswer } from './use-answer.ts'

const ASK_MS = 250

export function TargetSection({
  kind,
  step,
  nodes,
  seed,
  taken,
  field,
  onChange,
}: {
  kind: Kind
  step: DraftStep
  /** Nodes that offer the kind. */
  nodes: readonly string[]
  /** As the dry run has it; `null` before. */
  seed: number | null
  /** Targets of this step by the dry run; `null` before. */
  taken: number | null
  field: RefObject<HTMLInputElement | null>
  onChange: (change: Partial<DraftStep>) => void
}) {
  if (kind.scope === 'node') return <NodeTarget step={step} nodes={nodes} onChange={onChange} />
  if (kind.scope === 'port') {
    return <PortTarget step={step} nodes={nodes} isLine={kind.kind === 'partition'} onChange={onChange} />
  }
  return <ProcessTarget kind={kind} step={step} seed={seed} taken={taken} field={field} onChange={onChange} />
}

function ProcessTarget({
  kind,
  step,
  seed,
  taken,
  field,
  onChange,
}: Pick<Parameters<typeof TargetSection>[0], 'kind' | 'step' | 'seed' | 'taken' | 'field' | 'onChange'>) {
  const parsed = parseTarget(step.query)
  const asked = useAtMost(parsed.ok ? withoutSample(step.query) : '', ASK_MS)
  const isAsking = parsed.ok && step.query.trim() !== ''
  const { data } = useView('table', isAsking ? tableOf(asked) : null, { followsTime: false })
  const { data: all } = useView('table', tableOf(''), { followsTime: false })
  const matching = isAsking && data && !data.error ? data.total : null
  const error = parsed.ok ? null : parsed
  const isSupervisor = kind.scope === 'supervisor'
  return (
    <section className="sec fl-aim" aria-label="Target">
      <div className="row">
        <span className="lbl">{isSupervisor ? 'Target, a supervisor' : 'Target'}</span>
        <span className="sp" />
        {error || step.query.trim() === '' ? null : (
          <Matched matching={matching} sample={parsed.ok ? parsed.sample : null} taken={taken} />
        )}
      </div>
      <TargetField
        value={step.query}
        label="Target: processes, by field or text"
        placeholder={
          isSupervisor ? 'name:TrunkSup, or another supervisor' : 'module:Call mailbox:<100 sample:5%'
        }
        values={all?.values}
        error={error}
        field={field}
        onChange={(query) => onChange({ query })}
      />
      <div className="fl-edge">
        {kind.hasEdges ? <EdgeField step={step} values={all?.values} onChange={onChange} /> : <span />}
        <Segments
          label="Follow"
          choices={[
            {
              id: 'dynamic',
              label: 'Follow restarts',
              title: 'Dynamic: the logical processes, over restarts',
            },
            { id: 'static', label: 'These lives', title: 'Static: over with the life that was chosen' },
          ]}
          value={step.follow}
          onChange={(follow) => onChange({ follow })}
        />
      </div>
      {matching !== null && matching > 1 && parsed.ok ? (
        <TargetCells
          matching={matching}
          taken={taken ?? sampleSize(parsed.sample, matching)}
          seed={seed ?? 0}
        />
      ) : null}
    </section>
  )
}

function Matched({
  matching,
  sample,
  taken,
}: {
  matching: number | null
  sample: TargetQuery['sample']
  taken: number | null
}) {
  if (matching === null) return <span className="i3 fl-small">counting</span>
  const size = taken ?? sampleSize(sample, matching)
  return (
    <span className="fl-matched" role="status">
      <b className="m">{count(matching)}</b> {matching === 1 ? 'process matches' : 'processes match'}
      {sample === null ? (
        size === matching ? null : (
          <>
            , taken <b className="m c-fault">{count(size)}</b>
          </>
        )
      ) : (
        <>
          , {'percent' in sample ? `${sample.percent} %` : count(sample.count)} sampled:{' '}
          <b className="m c-fault">{count(size)}</b>
        </>
      )}
    </span>
  )
}

/** Only messages of given senders: an edge. */
function EdgeField({
  step,
  values,
  onChange,
}: {
  step: DraftStep
  values: TableView['values'] | undefined
  onChange: (change: Partial<DraftStep>) => void
}) {
  const parsed = parseQuery(step.from, PROCESS_FIELDS)
  const isAsked = parsed.ok && step.from.trim() !== ''
  const asked = useAtMost(parsed.ok ? step.from.trim() : '', ASK_MS)
  const { data } = useView('table', isAsked ? tableOf(asked) : null, { followsTime: false })
  return (
    <div className="fl-from">
      <span className="lbl">From</span>
      <TargetField
        value={step.from}
        label="Senders: only their messages"
        placeholder="anybody, or senders: name:Framer"
        values={values}
        error={parsed.ok ? null : parsed}
        onChange={(from) => onChange({ from })}
      />
      {isAsked ? (
        <span className="fl-matched nw">
          {data ? (
            <>
              <b className="m">{count(data.total)}</b> {data.total === 1 ? 'sender' : 'senders'}
            </>
          ) : (
            'counting'
          )}
        </span>
      ) : null}
    </div>
  )
}

function NodeTarget({
  step,
  nodes,
  onChange,
}: Pick<Parameters<typeof TargetSection>[0], 'step' | 'nodes' | 'onChange'>) {
  return (
    <section className="sec fl-aim" aria-label="Target">
      <span className="lbl">Target, a node</span>
      {nodes.length === 0 ? (
        <p className="i2 fl-small">No node offers it.</p>
      ) : (
        <Picks
          label="Node"
          items={nodes.map((node) => ({ id: node, label: node, detail: '' }))}
          value={step.node}
          onChange={(node) => onChange({ node })}
        />
      )}
    </section>
  )
}

function PortTarget({
  step,
  nodes,
  isLine,
  onChange,
}: Pick<Parameters<typeof TargetSection>[0], 'step' | 'nodes' | 'onChange'> & { isLine: boolean }) {
  const node = nodes.includes(step.node) ? step.node : ''
  const { value, failure, reload } = useAnswer(() => readPorts(node), node === '' ? null : node)
  const ports = (value?.items ?? []).filter((port) => !isLine || port.isLine)
  return (
    <section className="sec fl-aim" aria-label="Target">
      <span className="lbl">{isLine ? 'Target, a line to another node' : 'Target, a port'}</span>
      {nodes.length === 0 ? (
        <p className="i2 fl-small">No node offers it.</p>
      ) : (
        <Picks
          label="Node"
          items={nodes.map((name) => ({ id: name, label: name, detail: '' }))}
          value={node}
          onChange={(name) => onChange({ node: name, port: '' })}
        />
      )}
      {failure ? (
        <p className="fl-wrong" role="alert">
          Ports could not be read: {failure.message}{' '}
          <button type="button" className="u" onClick={reload}>
            Try again
          </button>
        </p>
      ) : node === '' ? null : value === null ? (
        <p className="i3 fl-small">asking {node}</p>
      ) : ports.length === 0 ? (
        <p className="i2 fl-small">
          {node} has no {isLine ? 'line to another node' : 'port'}.
        </p>
      ) : (
        <Picks
          label="Port"
          items={ports.map((port) => ({ id: port.name, label: port.name, detail: portWords(port) }))}
          value={step.port}
          onChange={(port) => onChange({ port })}
        />
      )}
    </section>
  )
}

function portWords(port: Port): string {
  const state = port.isOpen ? '' : 'closed'
  return [port.module, state].filter(Boolean).join(', ')
}

function Picks({
  label,
  items,
  value,
  onChange,
}: {
  label: string
  items: { id: string; label: string; detail: string }[]
  value: string
  onChange: (id: string) => void
}) {
  return (
    <fieldset className="fl-picks">
      <legend className="sr-only">{label}</legend>
      {items.map((item) => (
        <label key={item.id} className={`fl-pick ${item.id === value ? 'on' : ''}`}>
          <input
            type="radio"
            name={label}
            checked={item.id === value}
            onChange={() => onChange(item.id)}
            className="sr-only"
          />
          <span className="m">{item.label}</span>
          {item.detail ? <span className="i3">{item.detail}</span> : null}
        </label>
      ))}
    </fieldset>
  )
}

/** Processes of all nodes that match; their number and the known values are all that is asked for. */
function tableOf(q: string) {
  return {
    node: null,
    q,
    sort: 'mailbox',
    order: 'desc' as const,
    group: 'none' as const,
    folds: '',
    pins: '',
    turn: 0,
    offset: 0,
    limit: 1,
  }
}

function withoutSample(text: string): string {
  return text.replace(/(^|\s)sample:\S*/g, ' ').trim()
}
