import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const schema = join(root, 'prisma', 'schema.prisma')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-drift-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What `prisma migrate diff` says between the migrations and a schema: 0 for nothing, 2 for something. */
function drift(to: string): Promise<{ code: number; output: string }> {
  const args = ['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema', to, '--exit-code']
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules', '.bin', 'prisma'), args, { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}

describe('the migrations', () => {
  it('make exactly the schema', { timeout: 180_000 }, async () => {
    const { code, output } = await drift(schema)
    expect(output).toContain('No difference detected')
    expect(code).toBe(0)
  })

  it('are found wanting when the schema moves on', { timeout: 180_000 }, async () => {
    const moved = join(folder, 'schema.prisma')
    await copyFile(schema, moved)
    const text = await readFile(moved, 'utf8')
    await writeFile(moved, text.replace('model HubSetting {', 'model HubSetting {\n  extra String?'))
    const { code, output } = await drift(moved)
    expect(code).toBe(2)
    expect(output).toContain('extra')
  })
})
