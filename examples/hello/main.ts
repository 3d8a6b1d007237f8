import { observe } from '@orrery/agent'
import { start } from '@orrery/runtime'
import { HelloSup } from './hello-sup.ts'

const node = await start(HelloSup, { name: 'hello@localhost' })
await observe(node)
