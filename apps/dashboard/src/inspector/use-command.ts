'use client'
/** Commands of one process and what became of them: sent, then applied or refused. */
import { useCallback, useRef, useState } from 'react'
import { announce } from '../frame/announcer.tsx'
import { type ProcessCommand, sendCommand } from '../live/api.ts'
import { refusedText } from './action-model.ts'

export interface Sent {
  id: number
  /** What was asked, as a noun: `Kill with shutdown`. */
  what: string
  state: 'sent' | 'applied' | 'refused'
  /** Why it was refused, or what was applied. */
  detail: string | null
  auditId: string | null
}

const KEPT = 2

export function useCommand(
  node: string,
  target: string,
): { sent: Sent[]; send: (what: string, command: ProcessCommand) => void } {
  const [log, setLog] = useState<{ target: string; sent: Sent[] }>({ target, sent: [] })
  const lastId = useRef(0)
  const send = useCallback(
    (what: string, command: ProcessCommand) => {
      const id = ++lastId.current
      const change = (entry: Sent) =>
        setLog((before) => {
          const rest = before.target === target ? before.sent.filter((other) => other.id !== id) : []
          return { target, sent: [entry, ...rest].slice(0, KEPT) }
        })
      change({ id, what, state: 'sent', detail: null, auditId: null })
      void sendCommand(node, target, command).then((answer) => {
        const entry: Sent = answer.ok
          ? { id, what, state: 'applied', detail: null, auditId: answer.value.auditId }
          : { id, what, state: 'refused', detail: refusedText(answer.code, answer.message), auditId: null }
        change(entry)
        announce(entry.state === 'applied' ? `${what} applied` : `${what} refused: ${entry.detail}`)
      })
    },
    [node, target],
  )
  return { sent: log.target === target ? log.sent : [], send }
}
