import type { EngineSession } from '../../../../src/connector/engine.js'
import { trimmed } from './decide.js'
import { familyOfAll, type Fits, fitsOf, fitsOfPatterns, fitsQuery, isPlain, likenessOf, onlyPattern, patternsQuery } from './likeness.js'
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
  /** What is reported of it as text. */
  readonly likeness?: string | undefined
}

const columnsAtOnce = 400

/** Columns in portions: those of a very wide table, each as rows of its own, need more memory than a conversion may have. */
export function atOnce(columns: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(columns.length / columnsAtOnce) }, (_, portion) =>
    columns.slice(portion * columnsAtOnce, (portion + 1) * columnsAtOnce),
  )
}

/**
 * The patterns that fit the values of columns; lookalikes are looked for only where these leave anything open. All columns go through one
 * expression, as rows of position and value: preparing these expressions for each of them would take longer than running them.
 */
export async function findPatterns(session: EngineSession, from: string, columns: readonly string[]): Promise<Map<string, Found>> {
  const found = new Map<string, Found>(columns.map((column) => [column, { pattern: 'no value' }]))
  for (const some of atOnce(columns)) {
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

const cellsOf = (columns: readonly string[], from: string) =>
  `(SELECT unnest(range(${columns.length})) AS place, unnest([${columns.map(trimmed).join(', ')}]) AS value FROM ${from})`

function foundOf(fits: Fits): Found {
  const isWhole = fits.fitting === fits.n
  const pattern = isWhole ? onlyPattern(fits.ways) : undefined
  if (pattern !== undefined) return { pattern }
  const family = isWhole ? familyOfAll(fits.ways) : undefined
  return { pattern: 'several', family, isPlain: isPlain(fits), isMarks: fits.marks === fits.n, likeness: likenessOf(fits) }
}
