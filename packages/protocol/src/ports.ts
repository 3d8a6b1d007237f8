/** What a node tells of its ports when it is asked (`ports.list`): the doors to what is outside, by name. */
import { z } from 'zod'

export const portRow = z.object({
  name: z.string().max(255),
  /** The callback module; empty for one that was never open. */
  module: z.string().max(255),
  isOpen: z.boolean(),
  /** It connects the node with another one, so that the two can be parted. */
  isLine: z.boolean(),
  /** What a line does not carry right now. */
  blocked: z.enum(['none', 'in', 'out', 'both']),
  isIntercepted: z.boolean(),
  /** Since the node's start. */
  uses: z.int().min(0),
  failures: z.int().min(0),
  underWay: z.int().min(0),
})
export type PortRow = z.infer<typeof portRow>

/** The answer to `ports.list`, by name. */
export const portList = z.object({ ports: z.array(portRow).max(1_000) })
export type PortList = z.infer<typeof portList>
