/** A node, a tiny hub and an agent between them, and what undoes them in order. For tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Behaviour, type ContractPolicy, type Node, start } from '@orrery/runtime'
import { afterEach, vi } from 'vitest'
import type { Agent } from '../agent.ts'
import { observe } from '../observe.ts'
import type { ObserveOptions } from '../settings.ts'
import { type TinyHub, tinyHub } from './tiny-hub.ts'

const undo: (() => Promise<unknown> | unknown)[] = []

afterEach(async () => {
  for (const close of undo.splice(0).reverse()) await close()
})

/** Runs after the test, last given first. */
export function afterwards(...closes: (() => Promise<unknown> | unknown)[]): void {
  undo.push(...closes)
}

export const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 8_000, interval: 10 })

export interface Constellation {
  hub: TinyHub
  node: Node
  agent: Agent
  /** Lines the agent logged. */
  said: string[]
  spoolDir: string
}

export function newSpoolDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-agent-'))
  afterwards(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export async function startConstellation(
  root: Behaviour<undefined, unknown>,
  options: ObserveOptions & { acks?: boolean; contracts?: ContractPolicy } = {},
): Promise<Constellation> {
  const { acks, contracts = 'off', ...given } = options
  const hub = await tinyHub({ acks: acks ?? true })
  const spoolDir = options.spoolDir ?? newSpoolDir()
  const node = await start(root, {
    name: 'test@localhost',
    release: '1.2.3',
    messages: 'freeze',
    contracts,
  })
  const said: string[] = []
  const logger = {
    info: (line: string) => void said.push(line),
    warn: (line: string) => void said.push(line),
  }
  const agent = await observe(node, { hub: hub.url, logger, ...given, spoolDir })
  afterwards(
    () => hub.close(),
    () => node.stop(),
    () => agent.stop(),
  )
  return { hub, node, agent, said, spoolDir }
}
