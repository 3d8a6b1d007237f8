import { writeFileSync } from 'node:fs'
import { connect } from '../../packages/hub/src/store/connect.ts'
import { startCluster } from '../../packages/hub/test/postgres.ts'
import { fill } from './fill.ts'

const cluster = await startCluster()
const url = await cluster.database()
await (await connect({ databaseUrl: url, dataDir: '/tmp/z/none' })).close()
writeFileSync('/tmp/z/url', url)
await fill({ connectionString: url }, { reports: Number(process.argv[2]), nowMs: Date.now() }, (l) =>
  console.log(l),
)
writeFileSync('/tmp/z/filled', url)
setInterval(() => undefined, 1000)
process.on('SIGTERM', () => void cluster[Symbol.asyncDispose]().then(() => process.exit(0)))
