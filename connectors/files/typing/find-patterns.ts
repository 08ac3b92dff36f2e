import type { EngineSession } from '../../../src/connector/engine.js'
import { trimmed } from './decide.js'
import { familyOfAll, type Fits, fitsOf, fitsQuery, isPlain, likenessOf, onlyPattern } from './likeness.js'
import type { Lookalike } from './lookalikes.js'
import type { Pattern } from './pattern.js'

/** What the values of a column are. */
export interface Found {
  /** The one pattern that fits every value. */
  readonly pattern: Pattern | 'several' | 'no value'
  /** Where several: the family of all of its values, which may be read by more than their form. */
  readonly family?: Lookalike['family']
  /** Every value is a number, a date or one of the marks that stand for no value. */
  readonly isPlain?: boolean
  /** Every value is a mark. */
  readonly isMarks?: boolean
  /** What is told of it as text. */
  readonly likeness?: string | undefined
}

/**
 * The patterns that fit the values of columns. All columns go through one expression, as rows of position and value: preparing these
 * expressions for each of them would take longer than running them.
 */
export async function findPatterns(session: EngineSession, from: string, columns: readonly string[]): Promise<Map<string, Found>> {
  const found = new Map<string, Found>(columns.map((column) => [column, { pattern: 'no value' }]))
  if (columns.length === 0) return found
  const cells = `(SELECT unnest(range(${columns.length})) AS place, unnest([${columns.map(trimmed).join(', ')}]) AS value FROM ${from})`
  for (const row of await session.rows(fitsQuery(cells))) {
    const fits = fitsOf(row)
    if (fits.n > 0) found.set(columns[Number(row.place)] as string, foundOf(fits))
  }
  return found
}

function foundOf(fits: Fits): Found {
  const isWhole = fits.fitting === fits.n
  const pattern = isWhole ? onlyPattern(fits.ways) : undefined
  if (pattern !== undefined) return { pattern }
  const family = isWhole ? familyOfAll(fits.ways) : undefined
  return { pattern: 'several', family, isPlain: isPlain(fits), isMarks: fits.marks === fits.n, likeness: likenessOf(fits) }
}
