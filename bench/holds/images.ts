/**
 * The images of the Dockerfile, built by hand from a clean context, and what docker-compose.yml asks of them: a dashboard on a
 * Postgres server and a demo that finds it, healthy by their own checks, stopped in order.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Container,
  type Image,
  openBuilder,
  readCompose,
  runImage,
  startPostgres,
  until,
} from '@orrery/testkit'
import type { Figures } from '../suite.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const TOKENS = {
  ORRERY_AGENT_TOKEN: 'an-agent-token-0123456789',
  ORRERY_OPERATOR_TOKEN: 'an-operator-token-0123456789',
  ORRERY_VIEWER_TOKEN: 'a-viewer-token-0123456789',
  ORRERY_POSTGRES_PASSWORD: 'password0123456789',
}

export interface ImagesScale {
  /** From the start of a process to its first health check that holds. */
  healthyWithinMs: number
}

export async function images(scale: ImagesScale, log: (line: string) => void): Promise<Figures> {
  const began = performance.now()
  await using builder = await openBuilder(root, log)
  const dashboard = await builder.build('dashboard')
  const demo = await builder.build('demo')
  const buildS = (performance.now() - began) / 1_000
  await refuseForBuilding([dashboard, demo])
  const ran = await runTogether(dashboard, demo, scale, log)
  const figures = {
    image_build_s: buildS,
    image_dashboard_app_mb: dashboard.sizeBytes / 1_048_576,
    image_demo_app_mb: demo.sizeBytes / 1_048_576,
    ...ran,
  }
  for (const [name, value] of Object.entries(figures)) log(`${name} ${value.toFixed(1)}`)
  return figures
}

/** No package that is there only for building or testing, by the lock file's word. */
async function refuseForBuilding(made: Image[]): Promise<void> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>
  }
  for (const image of made) {
    const held = JSON.parse(
      await readFile(join(image.root, image.workdir, 'node_modules', '.package-lock.json'), 'utf8'),
    ) as typeof lock
    const foreign = Object.keys(held.packages).filter((path) => {
      const { dev, devOptional } = lock.packages[path] ?? {}
      return dev || devOptional
    })
    if (foreign.length > 0) throw new Error(`${image.name} carries ${foreign.join(', ')}`)
  }
}

async function runTogether(
  dashboard: Image,
  demo: Image,
  { healthyWithinMs }: ImagesScale,
  log: (line: string) => void,
): Promise<Figures> {
  const { services } = readCompose(await readFile(join(root, 'docker-compose.yml'), 'utf8'), TOKENS)
  const postgres = await startPostgres()
  try {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    // Names and ports of the network that compose makes are this machine's loopback here; all else is as it says.
    await using hub = runImage(dashboard, {
      ...services.dashboard?.environment,
      DATABASE_URL: postgres.url,
      ORRERY_PORT: String(port),
    })
    const readyMs = await healthy('dashboard', hub, healthyWithinMs)
    await using node = runImage(demo, {
      ...services.demo?.environment,
      ORRERY_HUB_URL: url,
      MAIL_SMTP_PORT: String(await freePort()),
    })
    const demoReadyMs = await healthy('demo', node, healthyWithinMs)
    const headers = { authorization: `Bearer ${TOKENS.ORRERY_VIEWER_TOKEN}` }
    await until(
      async () =>
        (await (await fetch(`${url}/api/v1/nodes/mail@localhost`, { headers })).json()).status === 'live',
      () => `the demo was not seen:\n${hub.output()}${node.output()}`,
      { withinMs: healthyWithinMs },
    )
    if ((await fetch(`${url}/api/v1/nodes`)).status !== 401) throw new Error('nodes are told without a token')
    const page = await fetch(url)
    if (page.status !== 200 || !(await page.text()).includes('<html')) throw new Error('there is no page')
    for (const [name, part] of [
      ['demo', node],
      ['dashboard', hub],
    ] as const) {
      const code = await part.stop()
      if (code !== 0) throw new Error(`${name} ended with ${code}:\n${part.output()}`)
      log(`${name} stopped in order`)
    }
    return { image_dashboard_healthy_s: readyMs / 1_000, image_demo_healthy_s: demoReadyMs / 1_000 }
  } finally {
    await postgres.stop()
  }
}

async function healthy(name: string, part: Container, withinMs: number): Promise<number> {
  const began = performance.now()
  await until(
    () => part.isHealthy(),
    () => `${name} is not healthy:\n${part.output()}`,
    { withinMs },
  )
  return performance.now() - began
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
