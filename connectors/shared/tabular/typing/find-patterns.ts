import type { EngineSession } from '../../../../src/connector/engine.js'
import { inPortions } from '../in-portions.js'
import { trimmed } from './decide.js'
import { familyOfAll, type Fits, fitsOf, fitsOfPatterns, fitsQuery, isPlain, likenessOf, onlyPattern, patternsQuery } from './likeness.js'
import type { Lookalike } from './lookalikes.js'
import type { Pattern } from './pattern.js'

/** What is known about the values of a column. */
export interface Found {
  /** The single pattern of every value. */
  readonly pattern: Pattern | 'several' | 'no value'
  /** For several patterns: the family that all values belong to. Such a column may still be read. */
  readonly family?: Lookalike['family']
  /** Every value is a number, a date or a mark. */
  readonly isPlain?: boolean
  /** Every value is a mark. */
  readonly isMarks?: boolean
  /** The report if it stays text. */
  readonly likeness?: string | undefined
}

/**
 * Finds the patterns of columns' values. Lookalikes are tried only for columns that patterns leave open. All columns go through one
 * expression, as rows of position and value, because preparing the expressions for each column takes longer than running them.
 */
export async function findPatterns(session: EngineSession, from: string, columns: readonly string[]): Promise<Map<string, Found>> {
  const found = new Map<string, Found>(columns.map((column) => [column, { pattern: 'no value' }]))
  for (const some of inPortions(columns)) {
    const open: string[] = []
    for (const row of await session.rows(patternsQuery(cellsOf(some, from)))) {
      const [column, fits] = [some[Number(row.place)] as string, fitsOfPatterns(row)]
      if (fits === undefined) open.push(column)
      else if (fits.n > 0) found.set(column, foundOf(fits))
    }
    if (open.length === 0) continue
    for (const row of await session.rows(fitsQuery(cellsOf(open, from)))) found.set(open[Number(row.place)] as string, foundOf(fitsOf(row)))
  }
  return found
}

/** A table expression of the values of columns, as rows of the column's place among them and the trimmed value. */
export const cellsOf = (columns: readonly string[], from: string) =>
  `(SELECT unnest(range(${columns.length})) AS place, unnest([${columns.map(trimmed).join(', ')}]) AS value FROM ${from})`

function foundOf(fits: Fits): Found {
  const isWhole = fits.fitting === fits.n
  const pattern = isWhole ? onlyPattern(fits.ways) : undefined
  if (pattern !== undefined) return { pattern }
  const family = isWhole ? familyOfAll(fits.ways) : undefined
  return { pattern: 'several', family, isPlain: isPlain(fits), isMarks: fits.marks === fits.n, likeness: likenessOf(fits) }
}
