'use client'
/** An opened row of the lab: what was asked, what became of every target, and what the system made of it. */
import './catalogue.css'
import './composer.css'
import './conditions.css'
import './experiment.css'
import './lab.css'
import type { ExperimentRow } from '@orrery/live/views'
import type { Experiment, Resilience } from '@orrery/protocol/faults'
import { Download, RotateCcw } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useMemo, useState } from 'react'
import { crashesPath, processPath } from '../frame/addresses.ts'
import { announce } from '../frame/announcer.tsx'
import { useCrumb } from '../frame/crumb.tsx'
import { useKeys } from '../frame/keys.ts'
import { clock, count, dateClock, duration, plural } from '../live/format.ts'
import { useConnection, useView } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'
import { Button } from '../ui/button.tsx'
import { Glyph } from '../ui/glyphs.tsx'
import { EmptyState, ErrorState, OutlineRows } from '../ui/states.tsx'
import { draftOf } from './draft.ts'
import { ExperimentChart } from './experiment-chart.tsx'
import { captionOf, leftWords, statesText, titleOf } from './experiment-model.ts'
import { draftPath } from './lab-address.ts'
import { readCatalogue, readExperiment, reportPath, stopExperiment } from './lab-api.ts'
import { readBackText, reportLines, stepWords, TARGET_GLYPH, targetRows } from './report-model.ts'
import { VerdictMark } from './resilience-matrix.tsx'
import { Figures } from './running.tsx'
import { useAnswer } from './use-answer.ts'
import { usePictureNow } from './use-picture-now.ts'
import { endText } from './words.ts'

/** More are drawn when somebody asks for them. */
const FIRST_TARGETS = 200
const ASK_MS = 1_000
/** Ends whose own words leave nothing to add. */
const SAYS_ALL: ReadonlySet<string> = new Set(['done', 'stopped', 'halted'])
const REPORT_MS = 3_000

export function ExperimentScreen({ id }: { id: string }) {
  const router = useRouter()
  const { role, link } = useConnection()
  const { data: faults } = useView('faults', {}, { followsTime: false })
  const { value, failure, reload } = useAnswer((signal) => readExperiment(id, signal), id)
  const catalogue = useAnswer(readCatalogue, 'catalogue')
  const row = faults?.experiments[id] ?? null
  const isOver = value !== null && (value.status === 'ended' || value.status === 'refused')
  const isWaiting = value?.status === 'ended' && value.resilience === null
  useEffect(() => {
    if (link !== 'open' || (isOver && !isWaiting)) return
    const timer = setInterval(reload, isOver ? REPORT_MS : ASK_MS)
    return () => clearInterval(timer)
  }, [isOver, isWaiting, link, reload])
  const crumb = useMemo(
    () => ({
      parts: [
        { label: 'Cluster', href: '/' },
        { label: 'Fault lab', href: '/faults' },
        { label: id, isMono: true },
      ],
    }),
    [id],
  )
  useCrumb(crumb)
  const again = value === null ? null : draftPath({ ...draftOf(value), seed: value.seed })
  const stop = async () => {
    const answer = await stopExperiment(id)
    announce(answer.ok ? `${id} is being undone` : `${id} was not stopped: ${answer.message}`)
    reload()
  }
  useKeys('Experiment', [
    { keys: 'r', label: 'Run again', run: () => (again === null ? false : router.push(again)) },
    { keys: 'Escape', label: 'Back to the lab', run: () => router.push('/faults') },
  ])
  if (value === null) {
    return failure ? (
      failure.code === 'experiment.unknown' ? (
        <EmptyState title={`No experiment ${id} is held.`}>
          There was none, or it is older than what the hub keeps.{' '}
          <Link href="/faults" className="u">
            To the fault lab
          </Link>
        </EmptyState>
      ) : (
        <ErrorState title={`${id} could not be read.`} onRetry={reload}>
          {failure.message}
        </ErrorState>
      )
    ) : (
      <OutlineRows count={12} />
    )
  }
  const kinds = new Map((catalogue.value?.items ?? []).map((kind) => [kind.kind, kind]))
  const titles = new Map([...kinds.values()].map(({ kind, title }) => [kind, title]))
  const title = titleOf({ name: value.name, faults: value.steps.map(({ fault }) => fault) }, titles)
  const off =
    role === 'viewer' ? 'This needs the operator role.' : link === 'open' ? null : 'The hub is not heard.'
  return (
    <div className="fx">
      <header className="fx-hd">
        <div className="fl-hd-words">
          <h1 className="row">
            <Glyph name="fault" size={13} />
            {visible(title)} <span className="m i3">{value.id}</span>
            {value.resilience ? <VerdictMark verdict={value.resilience.verdict} /> : null}
          </h1>
          <State experiment={value} row={row} />
        </div>
        <span className="sp" />
        {value.crashes > 0 ? (
          <Link href={crashesPath(`fault:${value.id}`)} className="btn">
            {plural(value.crashes, 'crash', 'crashes')} caused
          </Link>
        ) : null}
        {again === null ? null : (
          <Link href={again} className="btn fx-again">
            <RotateCcw className="ic" aria-hidden />
            Run again <kbd>R</kbd>
          </Link>
        )}
        {value.resilience ? (
          <>
            <a className="btn" href={reportPath(id, 'json')} download={`${id}.json`}>
              <Download className="ic" aria-hidden />
              JSON
            </a>
            <a className="btn" href={reportPath(id, 'text')} download={`${id}.txt`}>
              <Download className="ic" aria-hidden />
              Text
            </a>
          </>
        ) : null}
        {isOver ? null : (
          <Button
            kind="fault"
            aria-disabled={off !== null}
            title={off ?? undefined}
            onClick={() => off === null && void stop()}
          >
            Stop
          </Button>
        )}
      </header>
      <div className="fx-body">
        <div>
          <section className="sec" aria-label="What was asked">
            <h2>What was asked</h2>
            {value.steps.map((step, i) => {
              const { title: name, target, how } = stepWords(step, kinds.get(step.fault))
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: steps are places in an order
                <p key={i} className="fx-step">
                  {value.steps.length > 1 ? <span className="m i3">{i + 1} </span> : null}
                  <b>{name}</b> <span className="m">{visible(target)}</span>
                  <br />
                  <span className="i2">{visible(how.join(', '))}</span>
                </p>
              )
            })}
            <p className="i3 fl-small">
              {value.steps.length > 1 ? `${value.arrangement}, ` : ''}by {visible(value.by)}, seed{' '}
              <span className="m">{value.seed}</span>
              {value.routine ? ', started by a routine' : ''}
            </p>
          </section>
          <Targets experiment={value} />
        </div>
        <div>
          {row?.chart ? (
            <section className="sec" aria-label="What it touched">
              <h2>{visible(captionOf(row.chart))}</h2>
              <ExperimentChart
                chart={row.chart}
                startedAtMs={row.startedAtMs}
                endedAtMs={row.endedAtMs}
                height={96}
              />
              <Figures row={row} />
            </section>
          ) : null}
          <Report experiment={value} />
        </div>
      </div>
    </div>
  )
}

function State({ experiment, row }: { experiment: Experiment; row: ExperimentRow | null }) {
  const isLive = experiment.status !== 'ended' && experiment.status !== 'refused'
  const now = usePictureNow(isLive ? 1_000 : null)
  const { startedAt, endedAt } = experiment
  const took = startedAt && endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : null
  return (
    <p className="i2 el">
      {isLive
        ? `${experiment.status}${row ? `, ${leftWords(row, now)}` : ''}`
        : `${endText(experiment.endedBy)}${took ? ` after ${took}` : ''}`}
      {startedAt ? `, began ${dateClock(Date.parse(startedAt))}` : ''}
      {experiment.endedWhy && !SAYS_ALL.has(experiment.endedBy ?? '')
        ? `: ${visible(experiment.endedWhy)}`
        : ''}
    </p>
  )
}

function Targets({ experiment }: { experiment: Experiment }) {
  const [isAll, setIsAll] = useState(false)
  const rows = targetRows(experiment.targets)
  const states: Record<string, number> = {}
  for (const { state } of rows) states[state] = (states[state] ?? 0) + 1
  const shown = isAll ? rows : rows.slice(0, FIRST_TARGETS)
  const isOfSteps = experiment.steps.length > 1
  const isOfNodes = experiment.nodes.length > 1
  return (
    <section aria-label="Targets">
      <header className="ph fl-head">
        <h2>Targets</h2>
        <span className="lbl el">{statesText(states)}</span>
        <span className="sp" />
        <span className="m i2">{count(rows.length)}</span>
      </header>
      <table className="fx-targets">
        <thead>
          <tr>
            <th>State</th>
            <th>Target</th>
            <th className="r">Fired</th>
            <th>Injected</th>
            <th>Recovered</th>
            <th>Read back</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((target) => (
            <tr key={target.place}>
              <td>
                <span className={`row ${target.state === 'unverified' ? 'c-backlog' : ''}`}>
                  <Glyph name={TARGET_GLYPH[target.state]} size={10} isStill />
                  {target.state}
                </span>
              </td>
              <td className="el">
                {isOfSteps ? <span className="m i3">{target.step + 1} </span> : null}
                {target.pid === '' ? (
                  <span title={target.node}>{visible(target.key || target.node)}</span>
                ) : (
                  <Link
                    href={processPath(target.node, target.key)}
                    prefetch={false}
                    title={visible(`${target.key} ${target.pid} on ${target.node}`)}
                  >
                    {visible(target.key.split('/').at(-1) ?? target.key)}{' '}
                    <span className="m i3">{target.pid}</span>
                  </Link>
                )}
                {isOfNodes && target.pid !== '' ? <span className="i2"> on {target.node}</span> : null}
              </td>
              <td className="m r">{count(target.firings)}</td>
              <td className="m">{target.injectedAt ? clock(Date.parse(target.injectedAt)) : '–'}</td>
              <td className="m">{target.recoveredAt ? clock(Date.parse(target.recoveredAt)) : '–'}</td>
              <td className="i2 el" title={visible(readBackText(target))}>
                {visible(readBackText(target)) || '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p className="fl-none i2">Nothing has been chosen yet.</p> : null}
      {shown.length < rows.length ? (
        <button type="button" className="u fl-none" onClick={() => setIsAll(true)}>
          Show {count(rows.length - shown.length)} more
        </button>
      ) : null}
    </section>
  )
}

function Report({ experiment }: { experiment: Experiment }) {
  const { resilience, status } = experiment
  if (resilience === null) {
    return (
      <section className="sec" aria-label="Resilience report">
        <h2>Resilience report</h2>
        <p className="i2">
          {status === 'refused'
            ? 'Nothing was injected, so there is nothing to report.'
            : status === 'ended'
              ? 'It is being made: what recovers late still counts.'
              : 'It is made when the experiment is over.'}
        </p>
      </section>
    )
  }
  return <Verdict report={resilience} />
}

function Verdict({ report }: { report: Resilience }) {
  return (
    <section className="sec" aria-label="Resilience report">
      <div className="row">
        <h2>Resilience report</h2>
        <span className="sp" />
        <VerdictMark verdict={report.verdict} />
      </div>
      <ul className="fx-because">
        {report.because.map((line) => (
          <li key={line}>{visible(line)}</li>
        ))}
      </ul>
      <table className="fx-report">
        <thead>
          <tr>
            <th />
            <th className="r">before</th>
            <th className="r">during</th>
          </tr>
        </thead>
        <tbody>
          {reportLines(report).map(({ name, before, during, isWorse }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="m r i2">{before}</td>
              <td className={`m r ${isWorse ? 'c-backlog' : ''}`}>{during}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {report.escalations.map(({ supervisor, to }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one may give up more than once
        <p key={i} className="row c-crashed fl-small">
          <Glyph name="crashed" size={10} />
          {visible(supervisor)} gave up{to ? `; ${visible(to)} had to decide` : ''}.
        </p>
      ))}
    </section>
  )
}
