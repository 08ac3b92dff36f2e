import type { ApolloServer } from '@apollo/server'
import type { Context } from '../../api/context.js'
import { Operations } from '../../api/operations.js'
import { createSchema } from '../../api/schema.js'
import { createGraphServer } from '../../api/server.js'
import { telemetryPlugin } from '../../telemetry/apollo-plugin.js'
import type { Telemetry } from '../../telemetry/telemetry.js'
import type { HubStart } from './options.js'

/** The GraphQL schema with its rules, and Apollo Server over it. */
export interface HubGraph {
  readonly operations: Operations
  readonly graph: ApolloServer<Context>
}

/** Builds the schema and starts Apollo Server. */
export async function startGraph({ log, undo }: HubStart, telemetry: Telemetry): Promise<HubGraph> {
  const operations = new Operations(await createSchema(), log)
  const graph = createGraphServer(operations, log)
  graph.addPlugin(telemetryPlugin(telemetry))
  await graph.start()
  undo.add(() => graph.stop())
  return { operations, graph }
}
