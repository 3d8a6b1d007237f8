'use client'
/** All actions of the selection, each with its key or with the reason why it is off. */
import type { KeyboardEvent } from 'react'
import { Dialog } from '../ui/dialog.tsx'

export interface ActionItem {
  name: string
  keys: string
  why: string | null
  run: () => void
}

export function ActionsMenu({ items, onClose }: { items: ActionItem[]; onClose: () => void }) {
  return (
    <Dialog label="Actions" onClose={onClose} className="insp-menu">
      <div role="menu" aria-label="Actions" onKeyDown={stepThrough}>
        {items.map((item) => (
          <button
            key={item.name}
            type="button"
            role="menuitem"
            aria-disabled={item.why !== null}
            onClick={() => {
              if (item.why !== null) return
              onClose()
              item.run()
            }}
          >
            <span>
              {item.name}
              {item.why ? <small>{item.why}</small> : null}
            </span>
            {item.keys ? <kbd>{item.keys}</kbd> : null}
          </button>
        ))}
      </div>
    </Dialog>
  )
}

function stepThrough(event: KeyboardEvent<HTMLDivElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!by) return
  event.preventDefault()
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')]
  const at = items.indexOf(document.activeElement as HTMLElement)
  items[(at + by + items.length) % items.length]?.focus()
}
