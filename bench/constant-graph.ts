import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Operations } from '../src/api/operations.js'
import { Results } from '../src/api/results.js'
import { createSchema } from '../src/api/schema.js'
import { createGraphServer } from '../src/api/server.js'
import { hubServer } from '../src/http/server.js'
import { HubMetrics } from '../src/telemetry/metrics.js'
import { addResolversToSchema } from './constant-resolvers.js'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Serves the hub's own schema over its own HTTP server, with resolvers that return a recorded response from memory. Returns its URL. */
export async function constantGraph(answer: string): Promise<string> {
  const schema = addResolversToSchema(await createSchema(), JSON.parse(answer) as object)
  const operations = new Operations(schema, log)
  const graph = createGraphServer(operations, log)
  await graph.start()
  const metrics = new HubMetrics({ engine: () => ({ running: 0, waiting: 0 }), sources: () => [] })
  const app = hubServer({
    graph,
    operations,
    contextOf: () => Promise.resolve({ viewer: { scopes: [] }, results: new Results() } as never),
    notReady: () => Promise.resolve([]),
    mayOperate: () => Promise.resolve(false),
    telemetry: { metrics },
    graphqlFolder: fileURLToPath(new URL('../graphql', import.meta.url)),
    jwks: {},
    log,
  })
  return app.listen({ host: '127.0.0.1', port: 0 })
}

// Runs as a process of its own: `tsx bench/constant-graph.ts <file of the answer>` prints its URL.
const [, main, file] = process.argv
if (main !== undefined && file !== undefined && main.endsWith('constant-graph.ts'))
  process.stdout.write(`${await constantGraph(readFileSync(file, 'utf8'))}\n`)
