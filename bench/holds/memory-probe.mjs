// Preloaded into a process that is measured (`NODE_OPTIONS=--import …`): collects garbage and answers with `process.memoryUsage()`,
// on a socket named by the process's id in `MEMORY_PROBE_DIR`. `GET /snapshot?to=FILE` writes a heap snapshot.
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

const folder = process.env.MEMORY_PROBE_DIR

if (isMainThread && folder) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  createServer((request, answer) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://probe')
    const to = searchParams.get('to')
    if (pathname === '/snapshot' && to) return answer.end(writeHeapSnapshot(to))
    collect()
    answer.end(JSON.stringify(process.memoryUsage()))
  })
    .listen(join(folder, `${process.pid}.sock`))
    .unref()
}
