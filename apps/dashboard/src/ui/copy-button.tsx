'use client'
/** Copies, says so for two seconds, and moves nothing else. */
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button, type ButtonKind } from './button.tsx'

export function CopyButton({
  text,
  kind = 'plain',
  label = 'Copy',
  isBare = false,
}: {
  text: string
  kind?: ButtonKind
  label?: string
  /** The icon alone. */
  isBare?: boolean
}) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2_000)
    return () => clearTimeout(timer)
  }, [state])
  const word = state === 'copied' ? 'Copied' : state === 'failed' ? 'Not copied' : label
  return (
    <Button
      isSmall
      kind={kind}
      aria-label={isBare ? word : undefined}
      onClick={async () => setState((await copyText(text)) ? 'copied' : 'failed')}
    >
      {state === 'copied' ? <Check className="ic" /> : <Copy className="ic" />}
      {isBare ? null : word}
    </Button>
  )
}

/** Copies `text`; on plain HTTP, where browsers offer no clipboard, through a selection. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // Refused by the browser: the selection below needs no permission.
  }
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  return isCopied
}
