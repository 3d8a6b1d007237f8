/** `observe(node)`: one line that makes a node visible. It starts the agent, and never lets it harm the node. */
import type { Node } from '@orrery/runtime'
import { type Agent, startAgent } from './agent.ts'
import { runtimeSource } from './runtime-source.ts'
import { AgentSettingsError, type ObserveOptions } from './settings.ts'

/**
 * Watches a node and tells its hub: lifecycle, samples, crash reports; and obeys it where the node allows. Resolves as
 * soon as the agent runs, connected or not.
 *
 * ```ts
 * const node = await start(MailSup, { name: 'mail@localhost' })
 * await using agent = await observe(node)
 * ```
 *
 * @param node a node of `@orrery/runtime`.
 * @param options override the `ORRERY_*` settings of the environment.
 * @throws {AgentSettingsError} naming every setting that cannot be meant, or that the node is observed already; nothing else
 *   is thrown, now or later.
 */
export async function observe(node: Node, options: ObserveOptions = {}): Promise<Agent> {
  if (node.hooks !== null) throw new AgentSettingsError(['this node is already observed'])
  return startAgent(runtimeSource(node), options)
}
