'use client'
/** The lens: what works, and nothing else. Changing it keeps the scope. */
import { FlaskConical, Keyboard, ListTree, OctagonX, Orbit, Search, Sun, Table2, Waves } from 'lucide-react'
import Link from 'next/link'
import { crashesPath, messagesPath, nodePath, type Place, processesPath, treePath } from './addresses.ts'
import { openOverlay, openPalette } from './overlays.ts'
import { toggleTheme } from './theme.ts'

export interface RailProps {
  place: Place
  /** The node the tree opens on when the scope is the cluster. */
  treeNode: string | null
  newGroups: number
}

export function Rail({ place, treeNode, newGroups }: RailProps) {
  const isCluster = place.screen === 'cluster' || place.screen === 'node'
  return (
    <nav className="rail" aria-label="Screens">
      <Link
        href={place.screen !== 'node' && place.node ? nodePath(place.node) : '/'}
        className={isCluster ? 'on' : ''}
        aria-current={isCluster ? 'page' : undefined}
      >
        <Orbit className="ic" aria-hidden />
        Cluster
      </Link>
      {treeNode === null ? null : (
        <Link
          href={treePath(treeNode)}
          className={place.screen === 'tree' ? 'on' : ''}
          aria-current={place.screen === 'tree' ? 'page' : undefined}
        >
          <ListTree className="ic" aria-hidden />
          Tree
        </Link>
      )}
      <Link
        href={processesPath(place.node)}
        className={place.screen === 'processes' || place.screen === 'process' ? 'on' : ''}
        aria-current={place.screen === 'processes' ? 'page' : undefined}
      >
        <Table2 className="ic" aria-hidden />
        Processes
      </Link>
      {treeNode === null ? null : (
        <Link
          href={messagesPath(place.node)}
          className={place.screen === 'messages' ? 'on' : ''}
          aria-current={place.screen === 'messages' ? 'page' : undefined}
        >
          <Waves className="ic" aria-hidden />
          Messages
        </Link>
      )}
      <CrashesLink place={place} newGroups={newGroups} />
      <Link
        href="/faults"
        className={place.screen === 'faults' ? 'on' : ''}
        aria-current={place.screen === 'faults' ? 'page' : undefined}
      >
        <FlaskConical className="ic" aria-hidden />
        Faults
      </Link>
      <div className="sp" />
      <button type="button" onClick={() => openOverlay({ kind: 'keys' })}>
        <Keyboard className="ic" aria-hidden />
        Keys
      </button>
      <button type="button" onClick={toggleTheme}>
        <Sun className="ic" aria-hidden />
        Theme
      </button>
    </nav>
  )
}

export function PhoneTabs({ place, newGroups }: RailProps) {
  const isCluster = place.screen === 'cluster' || place.screen === 'node'
  return (
    <nav className="tabsb" aria-label="Screens">
      <Link href="/" className={isCluster ? 'on' : ''} aria-current={isCluster ? 'page' : undefined}>
        <Orbit className="ic" aria-hidden />
        Cluster
      </Link>
      <CrashesLink place={place} newGroups={newGroups} />
      <button type="button" className={place.screen === 'tree' ? 'on' : ''} onClick={() => openPalette()}>
        <Search className="ic" aria-hidden />
        Find
      </button>
    </nav>
  )
}

function CrashesLink({ place, newGroups }: { place: Place; newGroups: number }) {
  const isOn = place.screen === 'crashes' || place.screen === 'crash'
  return (
    <Link href={crashesPath()} className={isOn ? 'on' : ''} aria-current={isOn ? 'page' : undefined}>
      <OctagonX className="ic" aria-hidden />
      Crashes
      {newGroups > 0 ? (
        <em>
          {newGroups > 99 ? '99+' : newGroups}
          <span className="sr-only"> new groups</span>
        </em>
      ) : null}
    </Link>
  )
}
