/** `npm run demo`: starts the node, has it observed, and stops it in order on Ctrl-C. */
import { AgentSettingsError, consoleLogger, observe } from '@orrery/agent'
import { FRONT_END } from './messages.ts'
import { NODE, startRobustifier } from './robustifier.ts'
import { readSettings, SettingsError, USAGE } from './settings.ts'
import { changeRelease, toldUpgrade } from './upgrade.ts'

/** Above the longest orderly stop of the tree, below what runs us takes for hung. */
const STOP_WITHIN_MS = 8_000

const say = consoleLogger(NODE, 'mail-robustifier')

try {
  const settings = readSettings(process.argv.slice(2), process.env, Date.now())
  if (settings === null) process.stdout.write(USAGE)
  else await run(settings)
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof AgentSettingsError)) throw error
  say.warn(error.message)
  process.exitCode = 2
}

async function run(settings: NonNullable<ReturnType<typeof readSettings>>): Promise<void> {
  const node = await startRobustifier(settings)
  const agent = await observe(node).catch(async (error: unknown) => {
    await node.stop()
    throw error
  })
  const port = await node.call(FRONT_END, { type: 'port' })
  say.info(`${node.name} takes mail at smtp://127.0.0.1:${port}, ${node.processCount} processes`)
  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
    await node.stop()
    // Last, so that the hub hears how the tree ended, and then a goodbye.
    await agent[Symbol.asyncDispose]()
    process.exit(0)
  }
  process.on('SIGUSR2', () => {
    changeRelease(node).then(
      (result) => say.info(`${node.name} ${toldUpgrade(result)}`),
      (error: unknown) => say.warn(error instanceof Error ? error.message : String(error)),
    )
  })
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
