'use client'
/** All keys of this screen. */
import { Dialog } from '../ui/dialog.tsx'
import { boundKeys, isMac, singleKeys } from './keys.ts'

const NAMES: Record<string, string> = {
  mod: isMac() ? '⌘' : 'Ctrl',
  ctrl: isMac() ? '⌃' : 'Ctrl',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  shift: '⇧',
}

export function KeysOverlay({ onClose }: { onClose: () => void }) {
  const isOff = singleKeys.use() === 'off'
  return (
    <Dialog label="Keys" onClose={onClose} className="keys">
      <header className="ph">
        <h2>Keys</h2>
        <span className="sp" />
        <label className="row i2" style={{ fontSize: 12 }}>
          <input
            type="checkbox"
            checked={!isOff}
            onChange={(event) => singleKeys.set(event.target.checked ? 'on' : 'off')}
          />
          Single keys
        </label>
      </header>
      <div className="grid2">
        {boundKeys().map((group) => (
          <section key={group.name}>
            <h3 className="lbl" style={{ margin: '6px 0 4px' }}>
              {group.name}
            </h3>
            {group.bindings.map((binding) => (
              <div key={`${binding.keys} ${binding.label}`} className="row" style={{ minHeight: 24 }}>
                <span>{binding.label}</span>
                <span className="sp" />
                <KeyCaps keys={binding.keys} />
              </div>
            ))}
          </section>
        ))}
      </div>
    </Dialog>
  )
}

/** A binding as key caps. */
export function KeyCaps({ keys }: { keys: string }) {
  return (
    <span className="row" style={{ gap: 3 }}>
      {keys.split(' ').map((stroke, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: strokes in their order
        <kbd key={i}>
          {stroke
            .split('+')
            .map(
              (part, at, all) => NAMES[part] ?? (at > 0 && at === all.length - 1 ? part.toUpperCase() : part),
            )
            .join(' ')}
        </kbd>
      ))}
    </span>
  )
}
