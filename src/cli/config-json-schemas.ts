import { z } from 'zod'
import { connectors } from '../../connectors/index.js'
import { hubConfigSchema, spokeConfigSchema } from '../config.js'

/** The JSON Schemas (2020-12) of the configuration files, with each connector's own `config` in them, by file name. */
export function configJsonSchemas(): Record<string, object> {
  const entries = connectors.map(({ kind, configSchema }) => ({
    if: { properties: { connector: { const: kind } } },
    then: { properties: { config: withoutDialect(z.toJSONSchema(configSchema, { io: 'input' })) } },
  }))
  const kinds = connectors.map(({ kind }) => kind)
  return {
    'hub.schema.json': withConnectors(z.toJSONSchema(hubConfigSchema, { io: 'input' }), 'spokes', kinds, entries),
    'spoke.schema.json': withConnectors(z.toJSONSchema(spokeConfigSchema, { io: 'input' }), 'sources', kinds, entries),
  }
}

interface Node {
  properties?: Record<string, { items?: Node } & object>
  allOf?: object[]
}

function withConnectors(schema: object, list: string, kinds: string[], entries: object[]): object {
  const items = (schema as Node).properties?.[list]?.items
  if (items?.properties !== undefined) {
    items.properties['connector'] = { enum: kinds } as never
    items.allOf = entries
  }
  return schema
}

function withoutDialect(schema: object): object {
  const { $schema: _dialect, ...rest } = schema as { $schema?: string }
  return rest
}
