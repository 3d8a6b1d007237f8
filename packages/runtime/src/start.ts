/** Starts a node with its root supervisor. */
import type { Behaviour } from './driver.ts'
import { StartError } from './errors.ts'
import { Node, type NodeOptions } from './node.ts'
import { initProcess } from './spawning.ts'

export type StartOptions<Args> = NodeOptions & (undefined extends Args ? { args?: Args } : { args: Args })

/**
 * Starts a node and its root supervisor; resolves when the whole tree has initialised, rejects with a `StartError` when
 * it did not. `await node.stop()` ends it in order.
 */
export async function start<Args>(
  root: Behaviour<Args, unknown>,
  options: StartOptions<Args>,
): Promise<Node> {
  const node = new Node(options)
  const { process, result } = initProcess(node, null, root, { args: options.args, immune: true }, null)
  node.setRoot(process)
  const started = await result
  if (started.ok) return node
  await node.stop()
  throw new StartError(root.module, started.reason)
}
