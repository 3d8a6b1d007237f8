'use client'
/** One node's supervision tree with its inspector. */
import type { TreeView } from '@orrery/live/views'
import dynamic from 'next/dynamic'
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import './tree.css'
import { useHubNow } from '../live/now.ts'
import { useIsPhone, useMedia } from '../ui/use-media.ts'
import { AriaTree } from './aria-tree.tsx'
import { both, type Filter, filterRows } from './filter.ts'
import { Minimap } from './minimap.tsx'
import { isSameStructure, modelOf, searchRows, type TreeModel } from './model.ts'
import { usePalette } from './palette.ts'
import { standIn } from './stand-in.ts'
import { TreeBar } from './tree-bar.tsx'
import { TreeList } from './tree-list.tsx'
import { TreeStage } from './tree-stage.tsx'
import { freshnessOf, TreeBanner, TreeEmpty, TreeError, TreeLoading } from './tree-states.tsx'
import { useAnnouncements } from './use-announcements.ts'
import { useCamera, useCameraPart } from './use-camera.ts'
import { useSelection } from './use-selection.ts'
import { useTreeKeys } from './use-tree-keys.ts'
import { useTreeView } from './use-tree-view.ts'

const Inspector = dynamic(() => import('../inspector/inspector.tsx').then((module) => module.Inspector), {
  ssr: false,
})

/** Room a floating inspector takes from the canvas. */
const FLOATING = 372
const EMPTY: ReadonlySet<string> = new Set()
const NO_ORDER: readonly string[] = []

export function TreeScreen({ node }: { node: string }) {
  const selection = useSelection()
  const { view, status, ageMs, heardAtMs, error } = useTreeView(node, selection.key)
  const isPhone = useIsPhone()
  const isNarrow = useMedia('(max-width: 1179px)')
  const palette = usePalette()
  const [folded, setFolded] = useState<ReadonlySet<string>>(EMPTY)
  const [filter, setFilter] = useState<Filter | null>(null)
  const [search, setSearch] = useState<string | null>(null)
  const [hasFocus, setHasFocus] = useState(false)
  const searchRef = useRef<HTMLInputElement>(null)
  const treeRef = useRef<HTMLDivElement>(null)
  const [stage, setStage] = useState<HTMLDivElement | null>(null)
  const size = useElementSize(stage)
  const nowMs = useHubNow(view && view.nodeStatus !== 'live' ? 1_000 : null)

  const model = useTreeModel(view, folded)
  const selected = view ? standIn(view, selection.key) : null
  const { control, layoutAt } = useCamera(
    model?.shape ?? null,
    folded,
    size,
    isNarrow && selection.key !== null ? FLOATING : 0,
  )
  const isPlaced = useCameraPart(control, (camera) => camera !== null)
  // Order and depth are the same at every scale.
  const layout = isPlaced ? layoutAt(control.now()?.scale ?? 0) : null
  const hits = useMemo(() => (view && search !== null ? searchRows(view, search) : null), [view, search])
  const lit = useMemo(() => (view ? both(hits, filterRows(view, filter)) : null), [view, hits, filter])
  useAnnouncements(view, model)

  const toggleFold = (key: string) => {
    const next = new Set(folded)
    if (!next.delete(key)) next.add(key)
    setFolded(next)
  }
  const go = (key: string | null) => {
    if (key === null) return
    selection.select(key)
    control.show(key)
  }
  const keys = useTreeKeys({
    view,
    model,
    control,
    order: layout?.order ?? NO_ORDER,
    selection,
    selected,
    treeRef,
    isSearching: search !== null,
    openSearch: () => {
      setSearch((text) => text ?? '')
      requestAnimationFrame(() => searchRef.current?.select())
    },
    clear: () => {
      setSearch(null)
      setFilter(null)
    },
    hasFilter: filter !== null,
    toggleFold,
    go,
  })
  // The same functions for as long as the screen is there, so that what they are given to is not made anew.
  const latest = useRef({ onTreeKey: keys.onTreeKey, go })
  latest.current = { onTreeKey: keys.onTreeKey, go }
  const onTreeKey = useCallback((event: KeyboardEvent) => latest.current.onTreeKey(event), [])
  const onTreeSelect = useCallback((key: string) => latest.current.go(key), [])
  const onSearch = useCallback((text: string | null) => {
    setSearch(text)
    if (text === null) treeRef.current?.focus({ preventScroll: true })
  }, [])
  const goToHit = (isBack: boolean) => {
    const found = (layout?.order ?? []).filter((key) => hits?.has(key))
    if (found.length === 0) return
    const at = found.indexOf(selected ?? '')
    go(found[(at + (isBack ? -1 : 1) + found.length) % found.length] ?? null)
  }

  // A selection that came with the address is brought into view once there is a picture.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it comes, or the inspector begins to cover it
  useEffect(() => {
    if (isPlaced && selected !== null) control.show(selected)
  }, [isPlaced, selected, isNarrow])

  if (error && !view) return <TreeError node={node} error={error} />
  const freshness = view ? freshnessOf(view, { status, ageMs, heardAtMs }, nowMs) : null
  const isOld = freshness !== null && freshness.kind !== 'live'
  const isEmpty = view !== null && Object.keys(view.rows).length === 0
  const inspector =
    selection.key === null || !view ? null : (
      <Inspector
        node={node}
        processKey={selection.key}
        view={view}
        tab={selection.tab}
        onTab={selection.setTab}
        onSelect={go}
        onClose={() => {
          selection.select(null)
          treeRef.current?.focus({ preventScroll: true })
        }}
        onLocate={() => selected !== null && control.show(selected)}
        isReadOnly={isPhone}
        isOld={isOld}
      />
    )

  if (isPhone) {
    return (
      <div className="tree-phone">
        <div className="tree-phone-list" inert={inspector !== null}>
          {freshness ? (
            <TreeBanner node={node} freshness={freshness} orphans={model?.orphans.length ?? 0} />
          ) : null}
          {view && model ? (
            <TreeList view={view} model={model} selected={selection.key} onSelect={selection.select} />
          ) : (
            <TreeLoading />
          )}
          {isEmpty ? <TreeEmpty node={node} /> : null}
        </div>
        {inspector}
      </div>
    )
  }
  return (
    <div className={`tree-lay ${inspector ? 'with-inspector' : ''}`}>
      <div className="tree-left">
        <TreeBar
          view={view}
          filter={filter}
          onFilter={setFilter}
          search={search}
          onSearch={onSearch}
          searchRef={searchRef}
          hits={hits?.size ?? null}
          onNextHit={goToHit}
          control={control}
          isOld={isOld}
        />
        {view && model && palette && !isEmpty ? (
          <TreeStage
            view={view}
            model={model}
            folded={folded}
            control={control}
            layoutAt={layoutAt}
            size={size}
            stageRef={setStage}
            palette={palette}
            selected={selected}
            hasFocus={hasFocus}
            lit={lit}
            isOld={isOld}
            isLost={freshness?.kind === 'lost'}
            onSelect={(key) => {
              selection.select(key)
              treeRef.current?.focus({ preventScroll: true })
            }}
          >
            {layout ? (
              <AriaTree
                view={view}
                shape={model.shape}
                layout={layout}
                folds={model.folds}
                current={selected}
                treeRef={treeRef}
                onKeyDown={onTreeKey}
                onFocus={setHasFocus}
                onSelect={onTreeSelect}
              />
            ) : null}
            {freshness ? (
              <TreeBanner node={node} freshness={freshness} orphans={model.orphans.length} />
            ) : null}
            {isPlaced ? (
              <Minimap view={view} layoutAt={layoutAt} control={control} size={size} palette={palette} />
            ) : null}
          </TreeStage>
        ) : (
          <div className="tree-stage" ref={setStage}>
            {isEmpty ? <TreeEmpty node={node} /> : <TreeLoading />}
          </div>
        )}
      </div>
      {inspector}
    </div>
  )
}

/** The model of the last structure: a tick of numbers does not build it again. */
function useTreeModel(view: TreeView | null, folded: ReadonlySet<string>): TreeModel | null {
  const held = useRef<{ view: TreeView; folded: ReadonlySet<string>; model: TreeModel } | null>(null)
  return useMemo(() => {
    if (!view) return null
    const before = held.current
    const isSame = before !== null && before.folded === folded && isSameStructure(before.view, view)
    const model = isSame ? sameModel(before.model, view, folded) : modelOf(view, folded)
    held.current = { view, folded, model }
    return model
  }, [view, folded])
}

/** Folds count what is wrong below, so they follow every tick; without folds the model is its structure. */
function sameModel(before: TreeModel, view: TreeView, folded: ReadonlySet<string>): TreeModel {
  return folded.size === 0 ? before : { ...modelOf(view, folded), shape: before.shape }
}

function useElementSize(element: HTMLElement | null): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    if (!element) return
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return
      const { width, height } = entry.contentRect
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }))
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return size
}
