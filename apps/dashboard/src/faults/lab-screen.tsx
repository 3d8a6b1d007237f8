'use client'
/** The fault lab: what can be done, what is being put together, what runs, and what was learned. */
import './catalogue.css'
import './composer.css'
import './conditions.css'
import './experiment.css'
import './lab.css'
import '../frame/name-dialog.css'
import type { Routine } from '@orrery/protocol/faults'
import { useRouter } from 'next/navigation'
import { useEffect, useMemo, useRef, useState } from 'react'
import { experimentPath } from '../frame/addresses.ts'
import { announce } from '../frame/announcer.tsx'
import { useHalt } from '../frame/halt.tsx'
import { useKeys } from '../frame/keys.ts'
import { useAddressState } from '../frame/use-address-state.ts'
import { sentence } from '../live/format.ts'
import { useMoment } from '../live/moment.ts'
import { useConnection, useView } from '../live/use-view.ts'
import { copyText } from '../ui/copy-button.tsx'
import { useIsPhone } from '../ui/use-media.ts'
import { CatalogueList } from './catalogue-list.tsx'
import { listed, offered } from './catalogue-model.ts'
import { Composer } from './composer.tsx'
import { addStep, askedOf, bodyOf, draftOf, missing, stepOf, withKind } from './draft.ts'
import { historyOf, openLeases, runningOf, titleOf } from './experiment-model.ts'
import { History } from './history.tsx'
import { readLabAddress, writeLabAddress } from './lab-address.ts'
import { inject, readCatalogue, readMatrix, readRoutines, readScenarios } from './lab-api.ts'
import { LabHaltFailure, LabHead, LabNotice } from './lab-head.tsx'
import { LabPhone } from './lab-phone.tsx'
import { MATRIX_DAYS, Matrix } from './resilience-matrix.tsx'
import { RoutineDialog } from './routine-dialog.tsx'
import { RoutineList } from './routines.tsx'
import { Running } from './running.tsx'
import { ScenarioDialog, ScenarioList } from './scenarios.tsx'
import { useAnswer } from './use-answer.ts'
import { useDryRun } from './use-dry-run.ts'
import { effectText, objectOf, targetNames, typedWords } from './words.ts'

type Open = { kind: 'scenario' } | { kind: 'routine'; routine: Routine | null } | null

export function LabScreen() {
  const isPhone = useIsPhone()
  return isPhone ? <LabPhone /> : <Lab />
}

function Lab() {
  const router = useRouter()
  const [{ draft }, change] = useAddressState(readLabAddress, writeLabAddress)
  const [filter, setFilter] = useState('')
  const [open, setOpen] = useState<Open>(null)
  const [told, setTold] = useState<{ text: string; isFailure: boolean } | null>(null)
  const [isRunning, setIsRunning] = useState(false)
  const filterField = useRef<HTMLInputElement>(null)
  const targetField = useRef<HTMLInputElement>(null)
  const holder = useRef<HTMLDivElement>(null)
  const halt = useHalt()
  const { role, link } = useConnection()
  const { heldAtMs } = useMoment()
  const { data: cluster } = useView('cluster', {}, { followsTime: false })
  const { data: faults, status } = useView('faults', {}, { followsTime: false })
  const catalogue = useAnswer(readCatalogue, 'catalogue')
  const scenarios = useAnswer(readScenarios, 'scenarios')
  const history = historyOf(faults)
  const running = runningOf(faults)
  // What an experiment ended with is in the matrix, and in what a routine tells, a moment later.
  const ended = history[0]?.id ?? ''
  const routines = useAnswer(readRoutines, `routines ${ended}`)
  const matrix = useAnswer((signal) => readMatrix(MATRIX_DAYS, signal), `matrix ${ended}`)

  const items = catalogue.value?.items ?? []
  const kinds = useMemo(() => new Map(items.map((kind) => [kind.kind, kind])), [items])
  const titles = useMemo(() => new Map(items.map(({ kind, title }) => [kind, title])), [items])
  const nodes = cluster?.nodes ?? {}
  const groups = listed(items, nodes, filter)
  const step = stepOf(draft)
  const kind = kinds.get(step.kind)
  const lack = missing(draft, kinds)
  const asked = lack === null ? askedOf(draft, kinds) : null
  const foreseen = useDryRun(link === 'open' ? asked : null)
  const { run } = foreseen
  const targets = run?.targets.length ?? 0
  const names = targetNames(run, draft.at)
  const object = kind ? objectOf(kind, step, names, names.length) : ''
  const mayNot =
    role === 'viewer'
      ? 'This needs the operator role.'
      : heldAtMs !== null
        ? 'Time is held. Return to live first.'
        : link !== 'open'
          ? 'The hub is not heard.'
          : null
  const off =
    mayNot ??
    (faults?.isHalted ? 'Halt all is on. Release it first.' : null) ??
    (kind ? offered(kind, nodes).why : null) ??
    sentenceOrNull(lack) ??
    sentenceOrNull(foreseen.failure?.message) ??
    (run === null || foreseen.isOld ? 'counting' : null) ??
    sentenceOrNull(run?.refusal?.message) ??
    (targets === 0 ? 'Nothing matches the target.' : null)

  const runIt = async () => {
    if (off !== null || asked === null || run === null || isRunning) return
    setIsRunning(true)
    // The seed of the dry run: what was drawn is what is taken.
    const answer = await inject({ ...asked, seed: run.seed })
    setIsRunning(false)
    const text = answer.ok
      ? `${answer.value.id} ${answer.value.status === 'scheduled' ? 'is scheduled' : 'runs'}.`
      : `Not run: ${answer.message}`
    setTold({ text, isFailure: !answer.ok })
    announce(text)
  }
  useEffect(() => {
    if (told === null || told.isFailure) return
    const timer = setTimeout(() => setTold(null), 8_000)
    return () => clearTimeout(timer)
  }, [told])

  const stepKind = (by: number) => {
    const all = groups.flatMap((group) => group.kinds)
    const at = all.findIndex((one) => one.kind.kind === step.kind)
    const next = all[(at + by + all.length) % Math.max(1, all.length)]
    if (next) change({ draft: withKind(draft, next.kind.kind) })
  }
  const json = asked === null ? '' : JSON.stringify(asked, null, 2)
  useKeys('Fault lab', [
    { keys: '/', label: 'Filter faults', run: () => filterField.current?.focus() },
    { keys: 'j', label: 'Next fault', run: () => stepKind(1) },
    { keys: 'k', label: 'Previous fault', run: () => stepKind(-1) },
    { keys: 'e', label: 'Edit the target', run: () => targetField.current?.focus() },
    { keys: 'n', label: 'Add a fault', run: () => change({ draft: addStep(draft) }) },
    {
      keys: 's',
      label: 'Save as scenario',
      run: () => (mayNot === null && lack === null ? setOpen({ kind: 'scenario' }) : false),
    },
    {
      keys: 'y',
      label: 'Copy as JSON',
      run: () => {
        if (json === '') return false
        void copyText(json).then((isCopied) => announce(isCopied ? 'Copied' : 'It was not copied'))
      },
    },
    {
      keys: 'o',
      label: 'Open the newest experiment',
      run: () => {
        const newest = running[0] ?? history[0]
        return newest ? router.push(experimentPath(newest.id)) : false
      },
    },
    { keys: 'Enter', label: 'Hold to run', run: (event) => holdBy(event, holder.current) },
  ])

  return (
    <div className={`fl ${status === 'stale' || status === 'disconnected' ? 'fl-old' : ''}`}>
      <LabHead running={running} view={faults} cluster={cluster} halt={halt} />
      <LabHaltFailure halt={halt} />
      <LabNotice view={faults} cluster={cluster} />
      <div className="fl-body">
        <CatalogueList
          groups={groups}
          isLoading={catalogue.value === null && catalogue.failure === null}
          failure={catalogue.failure?.message ?? null}
          onRetry={catalogue.reload}
          chosen={step.kind}
          filter={filter}
          field={filterField}
          onFilter={setFilter}
          onChoose={(next) => change({ draft: withKind(draft, next) })}
        >
          <ScenarioList
            scenarios={scenarios.value?.items ?? []}
            off={mayNot}
            onLoad={(scenario) => change({ draft: draftOf({ ...scenario.body, name: scenario.name }) })}
            onChanged={scenarios.reload}
          />
          <RoutineList
            routines={routines.value?.items ?? []}
            hasScenarios={(scenarios.value?.items.length ?? 0) > 0}
            off={mayNot}
            onOpen={(routine) => setOpen({ kind: 'routine', routine })}
          />
        </CatalogueList>
        <Composer
          draft={draft}
          kinds={kinds}
          listed={kind ? offered(kind, nodes) : null}
          foreseen={foreseen}
          effect={effectText(draft, kinds, object)}
          off={off}
          mustType={typedWords(draft, kinds, run)}
          json={json}
          mayNot={mayNot}
          isRunning={isRunning}
          told={told}
          target={targetField}
          holder={holder}
          onChange={(next) => {
            setTold(null)
            change({ draft: next })
          }}
          onRun={() => void runIt()}
          onSave={() => mayNot === null && lack === null && setOpen({ kind: 'scenario' })}
        />
        <div className="fl-right">
          <section aria-label="Running">
            <header className="ph fl-head">
              <h2>Running</h2>
              <span className="m i2">{running.length + openLeases(faults).length}</span>
            </header>
            <Running running={running} leases={openLeases(faults)} titles={titles} off={mayNot} />
          </section>
          <Matrix matrix={matrix.value} failure={matrix.failure?.message ?? null} onRetry={matrix.reload} />
          <History rows={history} titles={titles} isKnown={faults !== null} />
        </div>
      </div>
      {open?.kind === 'scenario' && asked ? (
        <ScenarioDialog
          body={bodyOf(draft, kinds)}
          scenarios={scenarios.value?.items ?? []}
          suggested={titleOf({ name: draft.name, faults: draft.steps.map((one) => one.kind) }, titles)}
          onSaved={(name) => {
            scenarios.reload()
            change({ draft: { ...draft, name } })
          }}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open?.kind === 'routine' ? (
        <RoutineDialog
          routine={open.routine}
          scenarios={scenarios.value?.items ?? []}
          off={mayNot}
          onSaved={routines.reload}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </div>
  )
}

function sentenceOrNull(text: string | null | undefined): string | null {
  return text == null ? null : sentence(text)
}

/** Enter, wherever the focus is, holds the button as if it had been pressed on it. */
function holdBy(event: KeyboardEvent, host: HTMLElement | null): boolean {
  const button = host?.querySelector<HTMLElement>('[data-run]')
  if (!button || event.repeat) return false
  button.focus()
  button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  return true
}
