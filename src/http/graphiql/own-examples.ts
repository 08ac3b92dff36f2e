import type { CatalogueLoaders } from '../../catalogue/catalogue-loaders.js'
import type { ColumnRow } from '../../catalogue/rows.js'

/** Datasets that are looked through for one to make examples of. */
const datasetsMax = 20
/** Columns that an example selects. */
const columnsMax = 5

/** The ids of the tables that a query names. */
const tablesIn = (query: string): string[] => [...query.matchAll(/"([a-z0-9-]+\/[a-z0-9-]+\/[a-z0-9-]+)"/g)].map(([, id = '']) => id)

/** The examples that any hub answers. */
export const withoutTables = (examples: readonly string[]): string[] => examples.filter((query) => tablesIn(query).length === 0)

/**
 * The examples that this hub answers: those of the package where all their tables are here, as in the demonstration. Else those that name no
 * table, and others that are made of an open table of this hub's own catalogue.
 * @param loaders what somebody without a token sees.
 */
export async function ownExamples(examples: readonly string[], loaders: CatalogueLoaders): Promise<readonly string[]> {
  const found = await loaders.table.loadAll([...new Set(examples.flatMap(tablesIn))])
  return found.includes(null) ? [...withoutTables(examples), ...(await madeHere(loaders))] : examples
}

/** Examples of the first open table with columns; none where there is no such table. */
async function madeHere(loaders: CatalogueLoaders): Promise<string[]> {
  const { nodes } = await loaders.datasetPage.load({ first: datasetsMax })
  for (const { id, access } of nodes) {
    if (access !== 'OPEN') continue
    for (const table of await loaders.tablesOfDataset.load(id)) {
      const columns = (await loaders.columnsOfTable.load(table.id)).filter(({ sensitivity }) => sensitivity === 'NONE')
      if (columns.length > 0) return examplesOf(table.id, columns)
    }
  }
  return []
}

/** Rows of a table, and how many it has of each value of its first text. */
export function examplesOf(table: string, columns: readonly Pick<ColumnRow, 'name' | 'type'>[]): string[] {
  const text = JSON.stringify
  const selected = columns.slice(0, columnsMax).map(({ name }) => `{ column: ${text(name)} }`)
  const rows = `query RowsOfATable {
  query(input: {
    from: { table: ${text(table)} }
    select: [${selected.join(', ')}]
    limit: 10
  }) { columns { name type } rows truncated warnings { message } }
}
`
  const group = columns.find(({ type }) => type === 'STRING')
  if (group === undefined) return [rows]
  const counts = `query CountsByValue {
  query(input: {
    from: { table: ${text(table)} }
    groupBy: [{ column: ${text(group.name)} }]
    measures: [{ function: COUNT, as: "rows" }]
    orderBy: [{ column: "rows", direction: DESC }]
    limit: 10
  }) { records complete }
}
`
  return [rows, counts]
}
