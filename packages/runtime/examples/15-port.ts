import { child, Port, PortError, Supervisor, start } from '@orrery/runtime'

interface Connection {
  query(text: string): Promise<string>
  end(): void
}

const Database = Port.define<{ args: { url: string }; resource: Connection }>({
  module: 'Database',
  open: async ({ url }) => ({
    query: async (text) => `${text} from ${url}`,
    end: () => console.log('closed'),
  }),
  close: (connection) => connection.end(),
})
const database = Port.nameOf(Database, 'database')

const Root = Supervisor.define({
  module: 'Root',
  children: () => [child(Database, { id: 'database', name: database, args: { url: 'db.local' } })],
})
const node = await start(Root, { name: 'fifteenth@localhost' })
console.log(await Port.use(node, database, (connection) => connection.query('one'))) // → one from db.local

// Cut off by name, without a change to who uses it.
node.ports.intercept(database, {
  beforeUse: () => {
    throw new PortError(database, 'port_cut')
  },
})
const failed = await Port.use(node, database, (connection) => connection.query('two')).catch(
  (error: Error) => error.message,
)
console.log(failed) // → database: port_cut
console.log(node.ports.get(database)?.failures) // → 1
await node.stop() // → closed
