/** Starts one exchange, has it observed, and stops it in order on Ctrl-C. */
import { mkdir } from 'node:fs/promises'
import { AgentSettingsError, consoleLogger, observe } from '@orrery/agent'
import { startExchange } from './exchange.ts'
import { readSettings, type Settings, SettingsError, USAGE } from './settings.ts'
import { changeRelease, toldUpgrade } from './upgrade.ts'

/** Above the longest orderly stop of the tree, below what runs us takes for hung. */
const STOP_WITHIN_MS = 8_000

try {
  const settings = readSettings(process.argv.slice(2), process.env, Date.now())
  if (settings === null) process.stdout.write(USAGE)
  else await run(settings)
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof AgentSettingsError)) throw error
  process.stderr.write(`exchange: ${error.message}\n`)
  process.exitCode = 2
}

async function run(settings: Settings): Promise<void> {
  const say = consoleLogger(settings.node, 'exchange')
  await mkdir(settings.dataDir, { recursive: true })
  const node = await startExchange(settings)
  const agent = await observe(node).catch(async (error: unknown) => {
    await node.stop()
    throw error
  })
  say.info(
    `${node.name} takes calls for area ${settings.area}, ${settings.processes} processes, ${settings.callsPerS} calls/s`,
  )
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
  const change = (): void => {
    changeRelease(node).then(
      (result) => say.info(`${node.name} ${toldUpgrade(result)}`),
      (error: unknown) => say.warn(error instanceof Error ? error.message : String(error)),
    )
  }
  if (settings.upgradeEveryS > 0) setInterval(change, settings.upgradeEveryS * 1_000).unref()
  process.on('SIGUSR2', change)
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
