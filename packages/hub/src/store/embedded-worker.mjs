/**
 * The embedded database: PGlite behind a unix socket, in a worker thread, so that a slow query blocks nobody's event
 * loop. Plain JavaScript, because a worker is started from its own file and not through a bundler or a loader.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const { dataDir, socketPath, maxConnections } = workerData

const db = await PGlite.create({ dataDir })
const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections })
await server.start()

parentPort.on('message', async () => {
  try {
    await server.stop()
  } finally {
    await db.close()
    parentPort.postMessage({ type: 'closed' })
    parentPort.close()
  }
})
parentPort.postMessage({ type: 'ready' })
