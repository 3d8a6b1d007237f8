'use client'
import { Search } from 'lucide-react'
/** What stands around every screen: crumb, find, lamp and Halt all above, the rail beside, time below. */
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useSyncExternalStore } from 'react'
import { useConnection, useView } from '../live/use-view.ts'
import { zone } from '../live/zone.ts'
import { Mark } from '../ui/glyphs.tsx'
import { useIsPhone } from '../ui/use-media.ts'
import { crashesPath, messagesPath, nodePath, placeOf, processesPath, treePath } from './addresses.ts'
import { Announcer, CrashNews } from './announcer.tsx'
import { Crumb } from './crumb.tsx'
import { HaltAll, HaltFailure, PhoneHalt, useHalt } from './halt.tsx'
import { isMac, useKeys } from './keys.ts'
import { Lamp } from './lamp.tsx'
import { useNewGroups } from './new-groups.ts'
import { openOverlay, openPalette, useOverlay } from './overlays.ts'
import { PhoneTabs, Rail } from './rail.tsx'
import { PhoneStrip, Transport } from './transport.tsx'

const loadPalette = () => import('./palette.tsx').then((module) => module.Palette)
const Palette = dynamic(loadPalette, { ssr: false })
const KeysOverlay = dynamic(() => import('./keys-overlay.tsx').then((module) => module.KeysOverlay), {
  ssr: false,
})
const Login = dynamic(() => import('./login.tsx').then((module) => module.Login), { ssr: false })

export function Frame({ children }: { children: ReactNode }) {
  const { link } = useConnection()
  if (link === 'refused') return <Login />
  return <Standing>{children}</Standing>
}

function Standing({ children }: { children: ReactNode }) {
  const place = placeOf(usePathname())
  const router = useRouter()
  const isPhone = useIsPhone()
  const { data: cluster } = useView('cluster', {}, { followsTime: false })
  const halt = useHalt()
  const shownZone = zone.use()
  const overlay = useOverlay()
  const newGroups = useNewGroups(place.screen === 'crashes' || place.screen === 'crash')
  const nodes = Object.values(cluster?.nodes ?? {})
  const treeNode = place.node ?? nodes.find((node) => node.status === 'live')?.node ?? nodes[0]?.node ?? null
  const rail = { place, treeNode, newGroups }
  // Once the screen stands, so that the palette comes at once.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), 2_000)
    return () => clearTimeout(timer)
  }, [])
  const paletteKeys = useSyncExternalStore(
    () => () => undefined,
    () => (isMac() ? '⌘K' : 'Ctrl K'),
    () => '⌘K',
  )
  useKeys('Everywhere', [
    { keys: 'mod+k', label: 'Find, or do', isAlways: true, run: () => openPalette() },
    { keys: 'ctrl+.', label: 'Halt all, at once', isAlways: true, run: () => void halt.press() },
    { keys: '?', label: 'All keys of this screen', run: () => openOverlay({ kind: 'keys' }) },
    { keys: '/', label: 'Search in this screen', run: () => openPalette() },
    { keys: 'g c', label: 'Cluster', run: () => router.push('/') },
    { keys: 'g t', label: 'Tree', run: () => treeNode !== null && router.push(treePath(treeNode)) },
    { keys: 'g p', label: 'Processes', run: () => router.push(processesPath(place.node)) },
    { keys: 'g m', label: 'Messages', run: () => router.push(messagesPath(place.node)) },
    { keys: 'g x', label: 'Crashes', run: () => router.push(crashesPath()) },
    { keys: 'g f', label: 'Faults', run: () => router.push('/faults') },
    { keys: 'g n', label: 'Node', run: () => treeNode !== null && router.push(nodePath(treeNode)) },
  ])
  return (
    <>
      <div className="app">
        <a className="skip btn" href="#screen">
          Skip to the screen
        </a>
        <header className="top">
          <Link href="/" className="brand" aria-label="Orrery, cluster">
            <Mark />
          </Link>
          <Crumb place={place} cluster={cluster} />
          <div className="sp" />
          <button
            type="button"
            className="find"
            onClick={() => openPalette()}
            aria-keyshortcuts="Control+K Meta+K"
          >
            <Search className="ic" aria-hidden />
            <span>Find a process, pid, module or node</span>
            <span className="sp" />
            <kbd>{paletteKeys}</kbd>
          </button>
          <div className="sp" />
          <Lamp cluster={cluster} />
          <HaltAll halt={halt} />
          <HaltFailure halt={halt} />
        </header>
        <Rail {...rail} />
        {/* Another zone is another text of every time on it. */}
        <main id="screen" tabIndex={-1} key={shownZone}>
          {children}
        </main>
        {isPhone ? (
          <div className="phone-bottom">
            <PhoneStrip />
            <PhoneHalt halt={halt} />
            <PhoneTabs {...rail} />
          </div>
        ) : (
          <Transport
            key={`time ${shownZone}`}
            place={place}
            isEmpty={cluster !== null && nodes.length === 0}
          />
        )}
      </div>
      {overlay?.kind === 'palette' ? (
        <Palette
          text={overlay.text}
          place={place}
          cluster={cluster}
          halt={halt}
          onClose={() => openOverlay(null)}
        />
      ) : null}
      {overlay?.kind === 'keys' ? <KeysOverlay onClose={() => openOverlay(null)} /> : null}
      <Announcer />
      <CrashNews />
    </>
  )
}
