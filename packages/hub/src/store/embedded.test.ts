import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { crashReport } from './fixture.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-embedded-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (): Promise<Store> =>
  openStore({ databaseUrl: null, dataDir: join(folder, 'data'), retentionDays: 30, retentionMb: null })

describe('the embedded database', () => {
  it('holds what it held after a stop, and is nobody else’s meanwhile', { timeout: 60_000 }, async () => {
    const report = crashReport()
    const first = await open()
    await first.saveCrashes([report])
    await expect(open()).rejects.toMatchObject({ code: 'data.locked' })
    await first.close()
    await first.close()
    expect(first.ready()).toBe(false)
    const second = await open()
    expect((await second.crash(report.id))?.id).toBe(report.id)
    await second.close()
  })

  it('holds what it acknowledged when its process is killed', { timeout: 60_000 }, async () => {
    const script = join(folder, 'victim.mts')
    await writeFile(
      script,
      `import { openStore } from ${JSON.stringify(source('open-store.ts'))}
import { crashReport } from ${JSON.stringify(source('fixture.ts'))}
const dataDir = ${JSON.stringify(join(folder, 'data'))}
const store = await openStore({ databaseUrl: null, dataDir, retentionDays: 30, retentionMb: null })
for (;;) console.log((await store.saveCrashes([crashReport(), crashReport()])).join(' '))
`,
    )
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const acknowledged: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(...line.split(' '))
      if (acknowledged.length >= 40) child.kill('SIGKILL')
    }
    await ended
    const store = await open()
    const held = await Promise.all(acknowledged.map((id) => store.crash(id)))
    expect(held.filter((report) => report === null)).toEqual([])
    await store.close()
  })

  it('says in one line that its folder is not its own', { timeout: 60_000 }, async () => {
    await writeFile(join(folder, 'thesis.doc'), 'precious')
    const options = { databaseUrl: null, dataDir: folder, retentionDays: 30, retentionMb: null }
    await expect(openStore(options)).rejects.toMatchObject({ code: 'data.foreign' })
  })
})

function source(name: string): string {
  return new URL(name, import.meta.url).href
}
