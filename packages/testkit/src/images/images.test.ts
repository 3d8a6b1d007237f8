import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readCompose } from './compose.ts'
import { contextFiles, ignorer } from './context.ts'
import { parseDockerfile } from './dockerfile.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const TOKENS = {
  ORRERY_AGENT_TOKEN: 'an-agent-token-0123456789',
  ORRERY_OPERATOR_TOKEN: 'an-operator-token-0123456789',
  ORRERY_VIEWER_TOKEN: 'a-viewer-token-0123456789',
  ORRERY_POSTGRES_PASSWORD: 'password0123456789',
}
const compose = () => readCompose(read('docker-compose.yml'), TOKENS)
const stages = parseDockerfile(read('Dockerfile'))

test('compose starts nothing without its tokens, and names all that are missing', () => {
  expect(() => readCompose(read('docker-compose.yml'), {})).toThrow(
    'must be set: ORRERY_POSTGRES_PASSWORD, ORRERY_AGENT_TOKEN, ORRERY_OPERATOR_TOKEN, ORRERY_VIEWER_TOKEN',
  )
  for (const name of Object.keys(TOKENS)) expect(read('.env.example')).toContain(`${name}=`)
})

test('each service waits until the one before it is healthy, and keeps its data in a volume', () => {
  const { services, volumes } = compose()
  expect(services.dashboard?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } })
  expect(services.demo?.depends_on).toEqual({ dashboard: { condition: 'service_healthy' } })
  for (const { volumes: mounts } of Object.values(services)) {
    expect(mounts).toHaveLength(1)
    expect(Object.keys(volumes)).toContain(mounts[0]?.split(':')[0])
  }
  expect(services.postgres?.healthcheck?.test).toContain('pg_isready')
})

test('the dashboard is published to this machine alone, and answers to the name the demo calls it by', () => {
  const { services } = compose()
  expect(services.dashboard?.ports).toEqual(['127.0.0.1:4040:4040'])
  expect(new URL(services.demo?.environment.ORRERY_HUB_URL ?? '').hostname).toBe(services.dashboard?.hostname)
})

test('our images run as nobody in particular, without rights, on files they cannot change', () => {
  const { services } = compose()
  for (const name of ['dashboard', 'demo']) {
    const stage = stages.find((each) => each.name === services[name]?.build?.target)
    expect(stage).toMatchObject({
      user: '1000:1000',
      command: expect.anything(),
      healthCheck: expect.anything(),
    })
    expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
  }
})

test('what is copied is in the build context, every workspace’s manifest included, and no secret', async () => {
  const files = await contextFiles(root, ignorer(read('.dockerignore')))
  const copied = stages
    .flatMap(({ steps }) => steps)
    .flatMap((step) => (step.kind === 'copy' && step.from === null ? step.sources : []))
  for (const source of copied) {
    expect(
      source === '.' || files.some((file) => file === source || file.startsWith(`${source}/`)),
      source,
    ).toBe(true)
  }
  const manifests = files.filter((file) => /^(apps|packages)\/[^/]+\/package\.json$/.test(file))
  for (const manifest of manifests) expect(copied).toContain(manifest)
  expect(files.filter((file) => /node_modules|\.env|\.test\.|\.next|\.git\//.test(file))).toEqual([])
})

test('the last rule that meets a path or a folder above it decides what stays out', () => {
  const isIgnored = ignorer('*\n!apps\n**/dist\n# no rule\napps/*/secret.*')
  expect(isIgnored('README.md')).toBe(true)
  expect(isIgnored('apps/a/src/b.ts')).toBe(false)
  expect(isIgnored('apps/a/dist/b.js')).toBe(true)
  expect(isIgnored('apps/a/secret.txt')).toBe(true)
  expect(isIgnored('apps/a/b/secret.txt')).toBe(false)
})

test('a step nobody can carry out by hand is refused', () => {
  expect(() => parseDockerfile('FROM a AS b\nADD x y')).toThrow('nobody carries this out')
  expect(() => parseDockerfile('FROM a AS b\nRUN rm -r /etc')).toThrow('absolute path')
  expect(() => parseDockerfile('FROM a AS b\nUSER root')).toThrow('uid:gid')
})

/** Where a compose client is installed its word counts, too; `config` needs no engine. */
const client = [['docker', 'compose'], ['docker-compose']].find(([program = '', ...args]) => {
  const isThere = process.env.PATH?.split(':').some((folder) => existsSync(join(folder, program))) ?? false
  try {
    if (isThere) execFileSync(program, [...args, 'version'], { stdio: 'ignore' })
    return isThere
  } catch {
    return false
  }
})

if (client) {
  test('the compose client takes the file', () => {
    const [program = '', ...args] = client ?? []
    const config = [
      ...args,
      '--env-file',
      join(root, '.env.example'),
      '-f',
      join(root, 'docker-compose.yml'),
      'config',
    ]
    const options = { cwd: dirname(root), encoding: 'utf8' as const, stdio: 'pipe' as const }
    expect(execFileSync(program, config, { ...options, env: { ...process.env, ...TOKENS } })).toContain(
      'orrery-dashboard',
    )
    expect(() => execFileSync(program, config, options)).toThrow(/see .env.example/)
  })
}
