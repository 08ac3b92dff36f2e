import { everything } from '../../../src/connector/capabilities.js'
import type { Capabilities } from '../../../src/connector/capabilities.js'
import { splitBy } from '../../../src/connector/split.js'
import type { Source } from '../../../src/connector/source.js'
import type { DuckDbEngine } from '../../../src/engine/duckdb.js'
import { explainQuery } from '../../../src/query/run.js'
import { contextOf, tableOf } from '../../support/query.js'

const columns = [
  { name: 'Name', type: 'STRING' },
  { name: 'ward', type: 'STRING' },
  { name: 'cost', type: 'DECIMAL', scale: 2 },
  { name: 'opened', type: 'DATE' },
] as const
export const camden = tableOf('camden/libraries/libraries', columns, { rowCount: 1000 })
export const archive = tableOf('camden/archives/archives', columns, { rowCount: 10 })
const barnet = tableOf('barnet/libraries/libraries', [
  { name: 'Title', type: 'STRING' },
  { name: 'cost', type: 'INT64' },
  { name: 'opened', type: 'STRING' },
], { rowCount: null })

/** A source that only plans. */
function planning(engine: DuckDbEngine, capabilities: Capabilities): Source {
  const plan: Source['plan'] = ({ relation }, own) => {
    const split = splitBy(own, relation)
    return { ...split, native: engine.compile(split.taken, ({ table, columns: wanted }) => `${table}(${wanted.map(({ name }) => name).join(', ')})`) }
  }
  return { capabilities: () => Promise.resolve(capabilities), plan } as Partial<Source> as Source
}

/** The whole of a plan as text; a spoke can do everything unless told otherwise. */
export async function explain(engine: DuckDbEngine, input: object, capabilities: Record<string, Capabilities> = {}): Promise<string> {
  const sources = { camden: planning(engine, capabilities['camden'] ?? everything), barnet: planning(engine, capabilities['barnet'] ?? everything) }
  const { text, fragments, residual } = await explainQuery(input, contextOf(engine, [camden, archive, barnet], sources))
  const parts = fragments.map(({ id, spokeId, tables, planned, left, estimatedRows, missingColumns }) =>
    [`${id} ${spokeId}: ${tables.join(', ')}; about ${estimatedRows ?? 'unknown'} rows`, `takes ${planned.pushedDown.join(', ')}; leaves ${left.join(', ') || 'nothing'}`,
      ...(missingColumns.length === 0 ? [] : [`lacks ${missingColumns.join(', ')}`]), planned.native].join('\n'))
  return ['', text, ...parts, `residual\n${residual}`, ''].join('\n\n')
}

/** Camden's and Barnet's libraries under shared names. */
export const members = {
  members: [
    { table: camden.id, columns: [{ column: 'Name', as: 'name' }, { column: 'cost' }, { column: 'opened' }, { column: 'ward' }] },
    { table: barnet.id, columns: [{ column: 'Title', as: 'name' }, { column: 'cost' }, { column: 'opened', type: 'DATE' }] },
  ],
}
