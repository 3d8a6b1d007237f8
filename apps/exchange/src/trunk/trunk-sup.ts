/** one_for_all: link, framer and channels share what they know of the line; when one has lost it, so have the others. */
import { child, Supervisor } from '@orrery/runtime'
import { CHANNELS, channelName, FRAMER, TRUNK_LINK } from '../messages.ts'
import { Channel } from './channel.ts'
import { Framer } from './framer.ts'
import { TrunkLink } from './trunk-link.ts'

interface Args {
  /** The lower half of the channels is this side's to give out. */
  isLower: boolean
}

const ChannelSup = Supervisor.define<{ args: Args }>({
  module: 'ChannelSup',
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 10_000,
  children: ({ isLower }) =>
    Array.from({ length: CHANNELS }, (_, i) => {
      const channel = i + 1
      const isOwn = channel <= CHANNELS / 2 === isLower
      return child(Channel, {
        id: `channel-${channel}`,
        name: channelName(channel),
        args: { channel, isOwn },
      })
    }),
})

export const TrunkSup = Supervisor.define<{ args: Args }>({
  module: 'TrunkSup',
  strategy: 'one_for_all',
  intensity: 3,
  periodMs: 10_000,
  children: ({ isLower }) => [
    child(TrunkLink, {
      id: 'trunkLink',
      name: TRUNK_LINK,
      args: { isLower },
      // A line that has just failed is given a moment.
      backoff: { initialMs: 500, maxMs: 4_000 },
    }),
    child(Framer, { id: 'framer', name: FRAMER }),
    child(ChannelSup, { id: 'channelSup', name: 'ChannelSup', args: { isLower } }),
  ],
})
