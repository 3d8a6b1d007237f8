import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataFolder } from './data-folder.ts'
import { StoreError } from './store.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-data-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function refusal(path: string): Promise<StoreError> {
  try {
    await (await openDataFolder(path)).release()
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('openDataFolder', () => {
  it('makes the folder, marks it, and opens it again', async () => {
    const path = join(folder, 'deep', '.orrery')
    await (await openDataFolder(path)).release()
    expect(JSON.parse(await readFile(join(path, 'orrery.json'), 'utf8'))).toMatchObject({ orrery: 1 })
    await (await openDataFolder(path)).release()
  })

  it('refuses a second opener in one line that names the first', async () => {
    const data = await openDataFolder(folder)
    const error = await refusal(folder)
    expect(error.code).toBe('data.locked')
    expect(error.message).toContain(`process ${process.pid}`)
    expect(error.message).not.toContain('\n')
    await data.release()
    await (await openDataFolder(folder)).release()
  })

  it('takes over from a process that died without letting go', async () => {
    await (await openDataFolder(folder)).release()
    await writeFile(join(folder, 'hub.pid'), '999999999\n')
    await (await openDataFolder(folder)).release()
  })

  it('takes over from a holder whose pid is its own now, or a stranger’s', async () => {
    await (await openDataFolder(folder)).release()
    for (const left of [`${process.pid}\n`, `${process.pid} 1 ${hostname()}\n`, `1 1 ${hostname()}\n`, '']) {
      await writeFile(join(folder, 'hub.pid'), left)
      await (await openDataFolder(folder)).release()
    }
  })

  it('takes over from a first start that was killed before it had left its mark', async () => {
    await writeFile(join(folder, 'hub.pid'), '999999999\n')
    await writeFile(join(folder, 'hub.pid.999999999'), '999999999\n')
    await (await openDataFolder(folder)).release()
  })

  it('refuses what another host holds until that has been silent for half a minute', async () => {
    await (await openDataFolder(folder)).release()
    await writeFile(join(folder, 'hub.pid'), '1 1 elsewhere\n')
    const error = await refusal(folder)
    expect(error).toMatchObject({ code: 'data.locked' })
    expect(error.message).toContain('process 1 on elsewhere')
    const before = new Date(Date.now() - 31_000)
    await utimes(join(folder, 'hub.pid'), before, before)
    await (await openDataFolder(folder)).release()
  })

  it('refuses a folder that holds other things and nothing of ours', async () => {
    await writeFile(join(folder, 'thesis.doc'), 'precious')
    expect(await refusal(folder)).toMatchObject({ code: 'data.foreign' })
    expect(await readFile(join(folder, 'thesis.doc'), 'utf8')).toBe('precious')
  })

  it('refuses a data folder of Postgres itself, and a file', async () => {
    await mkdir(join(folder, 'pg'))
    await writeFile(join(folder, 'pg', 'PG_VERSION'), '15')
    expect(await refusal(join(folder, 'pg'))).toMatchObject({ code: 'data.foreign' })
    expect(await refusal(join(folder, 'pg', 'PG_VERSION'))).toMatchObject({ code: 'data.foreign' })
  })

  it('refuses a folder of another major version and says how to move', async () => {
    await writeFile(
      join(folder, 'orrery.json'),
      JSON.stringify({ orrery: 1, database: 'pglite-0.4/postgres-17' }),
    )
    const error = await refusal(folder)
    expect(error.code).toBe('data.version')
    expect(error.message).toContain('pglite-0.4/postgres-17')
    expect(error.message).toMatch(/"backup FILE" with the version that wrote it/)
  })

  it('refuses a folder that cannot be written', async () => {
    // Also root cannot write here.
    expect(await refusal('/proc/orrery')).toMatchObject({ code: 'data.read_only' })
  })
})
