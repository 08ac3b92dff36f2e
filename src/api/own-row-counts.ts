import { createLoader, type Loader } from '../catalogue/loader.js'
import { DialsError } from '../errors.js'
import { queryLimits } from '../query/1-parse/input.js'
import { type QueryContext, runQuery } from '../query/run.js'
import type { Results } from './results.js'

/** Milliseconds that a spoke may take to count. */
const timeoutMs = 5_000

/**
 * Counts the rows of CLOSED tables for their own organisation. The catalogue holds no count of them, so their spoke is asked, by a query that
 * carries the statement of the viewer as any other: one for all tables that a page shows. Null where the spoke refuses or does not answer,
 * which must not blank the page.
 */
export function ownRowCounts(context: QueryContext, results: Results): Loader<string, number | null> {
  const countAll = async (ids: readonly string[]) => {
    const spokes = new Set(ids.map(spokeOf))
    const bySpoke = [...spokes].map((spoke) => ids.filter((id) => spokeOf(id) === spoke))
    const counts = await Promise.all(bySpoke.flatMap(portions).map((some) => count(some, context, results)))
    const byId = new Map(counts.flatMap((some) => [...some]))
    return ids.map((id) => byId.get(id) ?? null)
  }
  return createLoader(countAll, new Map())
}

const spokeOf = (table: string) => table.slice(0, table.indexOf('/'))

function portions(ids: readonly string[]): string[][] {
  const size = queryLimits.membersMax
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ids.slice(index * size, (index + 1) * size))
}

async function count(ids: readonly string[], context: QueryContext, results: Results): Promise<Map<string, number>> {
  // Only the name of each table is read, so their columns need not fit each other.
  const members = ids.map((table) => ({ table, columns: [{ column: '_table' }] }))
  const input = { from: { members }, groupBy: [{ column: '_table' }], measures: [{ function: 'COUNT' }], limit: ids.length, timeoutMs }
  try {
    const rows = await results.inTurn('last', async () => {
      const result = await runQuery(input, context, { format: 'rows', matches: false })
      try {
        return JSON.parse(Buffer.concat(await result.json('rows', 'EXACT')).toString()) as [string, number][]
      } finally {
        await result.release()
      }
    })
    const known = new Map(rows)
    // A table without rows has no group.
    return new Map(ids.map((id) => [id, known.get(id) ?? 0]))
  } catch (thrown) {
    if (thrown instanceof DialsError) return new Map()
    throw thrown
  }
}
