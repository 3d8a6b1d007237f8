/**
 * The soak in a process of its own, run under `--expose-gc` with a `LivesScale` as JSON: prints `heap SECOND BYTES` lines, then
 * `result JSON`.
 */
import { type LivesScale, lives } from './lives.ts'

const scale = JSON.parse(process.argv[2] ?? '{}') as LivesScale & { sampleEveryS: number }
const { gc } = globalThis as { gc?: () => void }
if (gc === undefined) throw new Error('run with --expose-gc')
const result = await lives({
  ...scale,
  everySecond(second) {
    if (second % scale.sampleEveryS !== 0) return
    gc()
    process.stdout.write(`heap ${second} ${process.memoryUsage().heapUsed}\n`)
  },
})
process.stdout.write(`result ${JSON.stringify(result)}\n`)
