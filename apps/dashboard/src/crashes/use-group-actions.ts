'use client'
/** What can be done to crash groups from a screen, what was done last, and how it is undone. */
import type { GroupStatus } from '@orrery/live/views'
import { useCallback, useEffect, useState } from 'react'
import { announce } from '../frame/announcer.tsx'
import { refusedText } from '../inspector/action-model.ts'
import { type Answer, changeGroup, mergeGroup, unmergeGroup } from '../live/api.ts'
import { plural } from '../live/format.ts'
import { useMoment } from '../live/moment.ts'
import { useConnection } from '../live/use-view.ts'
import { visible } from '../term/term-text.ts'

export interface GroupRef {
  id: string
  name: string
  status: GroupStatus
}

export interface Done {
  text: string
  isFailure: boolean
  undo: (() => Promise<void>) | null
}

export interface GroupActions {
  /** Why nothing can be done now; `null` where it can. */
  off: string | null
  isBusy: boolean
  done: Done | null
  /** Resolves them, or opens them again where all are resolved. */
  resolve(groups: readonly GroupRef[]): Promise<void>
  /** Ignores them, or opens them again where all are ignored. */
  ignore(groups: readonly GroupRef[]): Promise<void>
  merge(from: readonly GroupRef[], into: GroupRef): Promise<void>
  unmerge(part: { id: string; name: string }, from: GroupRef): Promise<void>
  /** `true` once it is written. */
  note(group: GroupRef, text: string): Promise<boolean>
  undo(): void
  dismiss(): void
}

/** So long an undo is offered. */
const SHOWN_MS = 12_000

export function useGroupActions(): GroupActions {
  const [done, setDone] = useState<Done | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const { role, link } = useConnection()
  const { heldAtMs } = useMoment()
  const off =
    role === 'viewer'
      ? 'This needs the operator role.'
      : heldAtMs !== null
        ? 'Time is held. Return to live first.'
        : link === 'lost'
          ? 'The hub is not heard.'
          : null

  const dismiss = useCallback(() => setDone(null), [])
  useEffect(() => {
    if (done === null) return
    const timer = setTimeout(dismiss, SHOWN_MS)
    return () => clearTimeout(timer)
  }, [done, dismiss])

  /** One after the other; the first refusal ends it and is what is said. */
  const perform = async (
    text: string,
    steps: readonly (() => Promise<Answer<unknown>>)[],
    undo: Done['undo'],
  ): Promise<boolean> => {
    setIsBusy(true)
    let refusal: string | null = null
    for (const step of steps) {
      const answer = await step()
      if (answer.ok) continue
      refusal = refusedText(answer.code, answer.message)
      break
    }
    setIsBusy(false)
    setDone(
      refusal === null ? { text, isFailure: false, undo } : { text: refusal, isFailure: true, undo: null },
    )
    announce(refusal ?? text)
    return refusal === null
  }

  const change = async (groups: readonly GroupRef[], to: 'resolved' | 'ignored'): Promise<void> => {
    if (groups.length === 0 || off !== null) return
    const isBack = groups.every(({ status }) => status === to)
    const changed = isBack ? groups : groups.filter(({ status }) => status !== to)
    const status = isBack ? 'open' : to
    const word = isBack ? 'Opened' : to === 'resolved' ? 'Resolved' : 'Ignored'
    await perform(
      `${word} ${namesOf(changed)}`,
      changed.map(
        ({ id }) =>
          () =>
            changeGroup(id, { status }),
      ),
      async () => {
        const back = changed.map((group) => () => changeGroup(group.id, { status: before(group.status) }))
        await perform(`Undone: ${namesOf(changed)}`, back, null)
      },
    )
  }

  return {
    off,
    isBusy,
    done,
    resolve: (groups) => change(groups, 'resolved'),
    ignore: (groups) => change(groups, 'ignored'),
    async merge(from, into) {
      await perform(
        `Merged ${namesOf(from)} into ${visible(into.name)}`,
        from.map(
          ({ id }) =>
            () =>
              mergeGroup(id, into.id),
        ),
        async () => {
          await perform(
            `Undone: ${namesOf(from)}`,
            from.map(
              ({ id }) =>
                () =>
                  unmergeGroup(id),
            ),
            null,
          )
        },
      )
    },
    async unmerge(part, from) {
      await perform(
        `Took ${visible(part.name)} out of ${visible(from.name)}`,
        [() => unmergeGroup(part.id)],
        async () => {
          await perform(`Undone: ${visible(part.name)}`, [() => mergeGroup(part.id, from.id)], null)
        },
      )
    },
    note: (group, text) =>
      perform(`Note written on ${visible(group.name)}`, [() => changeGroup(group.id, { note: text })], null),
    undo() {
      if (done?.undo) void done.undo()
    },
    dismiss,
  }
}

/** What to send so that a group stands as it stood. */
function before(status: GroupStatus): 'open' | 'resolved' | 'ignored' {
  return status === 'resolved' || status === 'ignored' ? status : 'open'
}

function namesOf(groups: readonly GroupRef[]): string {
  const [first] = groups
  return groups.length === 1 && first ? visible(first.name) : plural(groups.length, 'group')
}
