/**
 * Builds an image by hand where no engine runs: carries out a Dockerfile's steps in clean folders, a folder a stage, and runs
 * what comes out as a process of its own. It shows that the steps work and what they leave; what a base image holds it
 * does not show.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { contextFiles, ignorer } from './context.ts'
import { parseDockerfile, type Stage } from './dockerfile.ts'

const run = promisify(execFile)
const RUN_WITHIN_MS = 600_000

export interface Image {
  name: string
  /** What is `/` in the image. */
  root: string
  /** Absolute in the image. */
  workdir: string
  env: Record<string, string>
  stage: Stage
  /** What our own steps add to the base image. */
  sizeBytes: number
}

export interface Builder extends AsyncDisposable {
  /** Builds a stage and those it needs; each once. */
  build(target: string): Promise<Image>
}

/** @param log hears each step before it is carried out. */
export async function openBuilder(context: string, log: (line: string) => void): Promise<Builder> {
  const stages = parseDockerfile(await readFile(join(context, 'Dockerfile'), 'utf8'))
  const isIgnored = ignorer(await readFile(join(context, '.dockerignore'), 'utf8'))
  const folder = await mkdtemp(join(tmpdir(), 'orrery-images-'))
  // The image's user has to reach what is in it.
  await chmod(folder, 0o755)
  const built = new Map<string, Promise<Image>>()
  let files: string[] | null = null

  const build = (name: string): Promise<Image> => {
    const stage = stages.find((each) => each.name === name)
    if (!stage) throw new Error(`no stage ${name}`)
    const image = built.get(name) ?? make(stage)
    built.set(name, image)
    return image
  }

  const make = async (stage: Stage): Promise<Image> => {
    const root = join(folder, stage.name)
    await mkdir(root)
    const image: Image = { name: stage.name, root, workdir: '/', env: {}, stage, sizeBytes: 0 }
    if (stages.some((each) => each.name === stage.base)) {
      const base = await build(stage.base)
      await cp(base.root, root, { recursive: true, verbatimSymlinks: true })
      Object.assign(image, { workdir: base.workdir, env: { ...base.env } })
    } else image.env.PATH = await pathTo(stage.base, folder)
    for (const step of stage.steps) {
      if (step.kind === 'workdir') {
        image.workdir = step.path
        await mkdir(join(root, step.path), { recursive: true })
      } else if (step.kind === 'env') Object.assign(image.env, step.values)
      else if (step.kind === 'run') {
        log(`${stage.name}: RUN ${step.command}`)
        const env = { ...image.env, HOME: folder, ...npmSettings() }
        await run('sh', ['-c', step.command], {
          cwd: join(root, image.workdir),
          env,
          timeout: RUN_WITHIN_MS,
          maxBuffer: 64_000_000,
        })
      } else {
        log(`${stage.name}: COPY ${step.sources.join(' ')} ${step.target}`)
        files ??= await contextFiles(context, isIgnored)
        const target = join(root, step.target.startsWith('/') ? '' : image.workdir, step.target)
        const isFolder = step.target.endsWith('/') || step.sources.length > 1
        for (const source of step.sources) {
          if (step.from !== null)
            await copyPath(join((await build(step.from)).root, source), target, isFolder)
          else await copyContext(context, files, source, target, isFolder)
        }
        if (step.owner !== null && process.getuid?.() === 0) await run('chown', ['-R', step.owner, target])
      }
    }
    image.sizeBytes = Number((await run('du', ['-sb', root])).stdout.split('\t', 1)[0])
    return image
  }

  return {
    build,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

export interface Container extends AsyncDisposable {
  child: ChildProcess
  output(): string
  /** The image's own health check, once. */
  isHealthy(): Promise<boolean>
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>
}

/** Runs the image's command as its user, with its settings and `env`; paths of the image become those of its folder. */
export function runImage(image: Image, env: Record<string, string>): Container {
  const { stage, root } = image
  if (stage.command === null || stage.healthCheck === null)
    throw new Error(`${image.name} has no command or no health check`)
  const inside = Object.entries({ ...image.env, ...env }).map(([name, value]) => [
    name,
    value.startsWith(`${image.workdir}/`) ? join(root, value) : value,
  ])
  const [uid, gid] = (stage.user ?? '').split(':').map(Number)
  if (!uid) throw new Error(`${image.name} runs as root`)
  const options = {
    cwd: join(root, image.workdir),
    env: { HOME: tmpdir(), ...Object.fromEntries(inside) } as Record<string, string>,
    ...(process.getuid?.() === 0 ? { uid, gid: gid ?? uid } : {}),
  }
  const [program = '', ...args] = stage.command
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk))
  const ended = once(child, 'exit')
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await ended
      clearTimeout(late)
    }
    return child.exitCode
  }
  return {
    child,
    output: () => text,
    async isHealthy() {
      const [check = '', ...rest] = stage.healthCheck ?? []
      return run(check, rest, { ...options, timeout: 3_000 }).then(
        () => true,
        () => false,
      )
    },
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

async function copyContext(
  context: string,
  files: readonly string[],
  source: string,
  target: string,
  isFolder: boolean,
): Promise<void> {
  if (files.includes(source)) return copyPath(join(context, source), target, isFolder)
  const below = source === '.' ? '' : `${source.replace(/\/$/, '')}/`
  const found = files.filter((file) => file.startsWith(below))
  if (found.length === 0) throw new Error(`COPY ${source}: not in the build context`)
  for (const file of found) await copyPath(join(context, file), join(target, file.slice(below.length)), false)
}

/** A file to its name or into a folder; of a folder what it holds, as COPY does. */
async function copyPath(from: string, target: string, isFolder: boolean): Promise<void> {
  const isFile = !(await stat(from)).isDirectory()
  const to = isFile && isFolder ? join(target, basename(from)) : target
  await mkdir(isFile ? dirname(to) : to, { recursive: true })
  await cp(from, to, { recursive: true, verbatimSymlinks: true })
}

/** `PATH` with the Node of the base image first, from the registry where this process is another. */
async function pathTo(base: string, folder: string): Promise<string> {
  const major = /^node:(\d+)/.exec(base)?.[1]
  if (major === undefined) throw new Error(`a base image of which nothing is known: ${base}`)
  if (process.versions.node.startsWith(`${major}.`)) return `${dirname(process.execPath)}:${process.env.PATH}`
  const home = join(folder, `node-${major}`)
  if (!(await readdir(folder)).includes(basename(home))) {
    await mkdir(home)
    const wanted = ['install', '--prefix', home, '--no-audit', '--no-fund', `node@${major}`]
    await run('npm', wanted, { timeout: RUN_WITHIN_MS })
  }
  return `${join(home, 'node_modules', '.bin')}:${process.env.PATH}`
}

/** Which registry and through which proxy is this machine's matter, as it is a builder's. */
function npmSettings(): Record<string, string> {
  const named = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      /^(npm_config_(registry|cafile|cache|proxy|https_proxy|noproxy)|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file)$/i.test(
        entry[0],
      ),
  )
  return {
    ...Object.fromEntries(named),
    npm_config_userconfig: join(process.env.HOME ?? '/', '.npmrc'),
    npm_config_cache: process.env.npm_config_cache ?? join(process.env.HOME ?? '/', '.npm'),
  }
}
