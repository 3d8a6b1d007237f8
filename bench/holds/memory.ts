/** Memory of processes that were started with the probe, read from outside after a collection of garbage. */
import { get } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const probe = join(dirname(fileURLToPath(import.meta.url)), 'memory-probe.mjs')

export interface Memory {
  rss: number
  heapUsed: number
  external: number
}

/** Settings with which a process answers `memoryOf`; `folder` holds its socket and stays below 80 characters. */
export function probed(folder: string): Record<string, string> {
  return { MEMORY_PROBE_DIR: folder, NODE_OPTIONS: `--import ${pathToFileURL(probe).href}` }
}

/** In bytes. */
export async function memoryOf(folder: string, pid: number): Promise<Memory> {
  return JSON.parse(await ask(folder, pid, '/')) as Memory
}

/** Writes a heap snapshot of the process to `file`. */
export async function snapshotOf(folder: string, pid: number, file: string): Promise<void> {
  await ask(folder, pid, `/snapshot?to=${encodeURIComponent(file)}`)
}

function ask(folder: string, pid: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socketPath = join(folder, `${pid}.sock`)
    get({ socketPath, path, timeout: 60_000 }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => resolve(text))
    }).on('error', reject)
  })
}
