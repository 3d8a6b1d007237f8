'use client'
/**
 * The keyboard: one listener, bindings by whoever is on screen, the latest first. Single keys are silent while a text
 * field has focus and can be turned off; `ctrl+.` always works.
 */
import { useEffect, useRef } from 'react'
import { preference } from './preference.ts'

export interface KeyBinding {
  /** As typed: `g t`, `?`, `Escape`, `Space`, `mod+k` (⌘ or Ctrl), `ctrl+.`, `shift+Space`. A capital is Shift. */
  keys: string
  /** What it does, for the overlay; none is shown without. */
  label?: string
  /** Also in text fields, and when single keys are off. */
  isAlways?: boolean
  /** Answers `false` when it had nothing to do, and the next binding is asked. */
  run: (event: KeyboardEvent) => unknown
}

interface Group {
  name: string
  bindings: () => KeyBinding[]
}

const CHORD_MS = 2_000

export const singleKeys = preference<'on' | 'off'>('single-keys', 'on')

const groups: Group[] = []
let pending: { key: string; untilMs: number } | null = null
let isListening = false

/** Binds keys for as long as the component is mounted. `name` heads them in the overlay: the screen or part. */
export function useKeys(name: string, bindings: KeyBinding[]): void {
  const latest = useRef(bindings)
  latest.current = bindings
  useEffect(() => {
    listen()
    const group: Group = { name, bindings: () => latest.current }
    groups.push(group)
    return () => {
      groups.splice(groups.indexOf(group), 1)
    }
  }, [name])
}

/** What is bound now, for the overlay: the screen's own first. */
export function boundKeys(): { name: string; bindings: KeyBinding[] }[] {
  const byName = new Map<string, KeyBinding[]>()
  for (const { name, bindings } of groups) {
    const shown = bindings().filter((binding) => binding.label)
    if (shown.length > 0) byName.set(name, [...(byName.get(name) ?? []), ...shown])
  }
  const rank = (name: string) => ['Time', 'Everywhere'].indexOf(name)
  return [...byName]
    .map(([name, bindings]) => ({ name, bindings }))
    .sort((a, b) => rank(a.name) - rank(b.name))
}

/** How a key event is written in a binding. */
export function keyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  const key = event.key === ' ' ? 'Space' : event.key
  const isPrintable = key.length === 1
  const parts: string[] = []
  if (event.ctrlKey) parts.push('ctrl')
  if (event.metaKey) parts.push('meta')
  if (event.altKey) parts.push('alt')
  if (event.shiftKey && !isPrintable) parts.push('shift')
  parts.push(parts.length > 0 ? key.toLowerCase() : key)
  return parts.join('+').replace(/space$/, 'Space')
}

/** Whether `typed` is what `binding` asks for. `mod` is Ctrl or ⌘. */
export function isKey(typed: string, wanted: string): boolean {
  if (!wanted.startsWith('mod+')) return typed === wanted
  const rest = wanted.slice(4)
  return typed === `ctrl+${rest}` || typed === `meta+${rest}`
}

export function isMac(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform)
}

function listen(): void {
  if (isListening) return
  isListening = true
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return
    const typed = keyOf(event)
    const chord = pending && pending.untilMs > event.timeStamp ? `${pending.key} ${typed}` : null
    pending = null
    const isTyping = isTextField(event.target)
    const isQuiet = isTyping || singleKeys.get() === 'off' || document.querySelector('dialog[open]') !== null
    const all = groups.toReversed().flatMap((group) => group.bindings())
    const candidates = chord ? [chord, typed] : [typed]
    for (const candidate of candidates) {
      for (const binding of all) {
        if (!isKey(candidate, binding.keys) || (isQuiet && !binding.isAlways)) continue
        if (isOwnKey(typed, event.target)) continue
        if (binding.run(event) === false) continue
        event.preventDefault()
        return
      }
    }
    if (!isQuiet && all.some((binding) => binding.keys.startsWith(`${typed} `))) {
      pending = { key: typed, untilMs: event.timeStamp + CHORD_MS }
    }
  })
}

function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  return target.matches('textarea, select, input') && !target.matches(TICKED)
}

const TICKED = 'input[type="checkbox"], input[type="radio"]'

/** A focused button keeps its own Space and Enter, a link its Enter, a box its Space, a choice its arrows too. */
function isOwnKey(typed: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (typed === 'Enter') return target.closest('button, a[href], [role="button"], summary') !== null
  if (typed.startsWith('Arrow')) return target.matches('input[type="radio"]')
  return typed === 'Space' && target.closest(`button, [role="button"], summary, ${TICKED}`) !== null
}
