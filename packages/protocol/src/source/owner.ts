/** Whose code a file is, by its path: absolute, or below the application's root. */
import type { StackFrame } from '../crash-report.ts'

export function ownerOf(path: string | null): StackFrame['owner'] {
  if (path === null || path.startsWith('node:') || path.startsWith('internal/')) return 'node'
  if (
    /(?:^|\/)(?:node_modules\/@orrery\/|packages\/)(?:runtime|agent)\/(?:src|dist)\/(?!.*\.test\.)/.test(path)
  ) {
    return 'runtime'
  }
  return path.includes('/node_modules/') || path.startsWith('node_modules/') ? 'vendor' : 'app'
}
