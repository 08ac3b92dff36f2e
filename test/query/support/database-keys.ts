import type { JoinAsked } from './join-ways.js'

/** Tables of keys of many types, each with n, the number of its row; in SQL that PostgreSQL and MySQL both read. */
const tables: Readonly<Record<string, readonly [type: string, keys: readonly (string | null)[]]>> = {
  whole: ['bigint', ['0', '1', '9007199254740993', null, '10094055034', '9223372036854775807']],
  small: ['smallint', ['1', '0', null, '-1']],
  large: ['decimal(20,0)', ['0', '18446744073709551615', '9007199254740992', null, '9223372036854775807']],
  cents: ['decimal(10,2)', ['1.50', '0.10', '1.00', null]],
  tenths: ['decimal(10,1)', ['1.5', '0.1', '1.6']],
  doubles: ['double precision', ['-0', '0.1', '9007199254740992', '1.5', null, '9223372036854775807']],
  others: ['double precision', ['0', '0.1', '-1.5', null, '1e300']],
  days: ['date', ['2026-01-01', null, '1970-01-01']],
  dates: ['date', ['1970-01-01', '2026-01-01', '2026-01-02']],
  texts: ['varchar(30)', ['010094055034', '10094055034.0', '1.00E+11', ' 10094055034', null, '1', '01']],
  postcodes: ['varchar(30)', ['nw1 2db', 'NW12DB', 'SWIA 2AA', 'EH 1JS', null]],
  valid: ['varchar(30)', ['NW1 2DB', 'SW1A 2AA', 'none']],
}

/** The SQL that makes them. */
export const keyTables = Object.entries(tables).map(([name, [type, keys]]) => {
  const rows = keys.map((key, at) => `(${key === null ? 'NULL' : `'${key}'`}, ${at + 1})`)
  return `CREATE TABLE ${name} (k ${type}, n int); INSERT INTO ${name} VALUES ${rows.join(', ')};`
})

interface KeyCase {
  left: string
  right: string
  normalise?: string
  /** Which rows belong together, and damaged keys of both sides. */
  pairs: number[][]
  damaged?: [left: number, right: number]
}

/** Joins of two of them. */
export const keyCases: readonly KeyCase[] = [
  { left: 'whole', right: 'small', pairs: [[1, 2], [2, 1]] }, // prettier-ignore
  { left: 'whole', right: 'large', pairs: [[1, 1], [6, 5]] }, // prettier-ignore
  { left: 'whole', right: 'doubles', pairs: [[1, 1]] },
  { left: 'large', right: 'doubles', pairs: [[1, 1], [3, 3]] }, // prettier-ignore
  { left: 'whole', right: 'cents', pairs: [[2, 3]] },
  { left: 'cents', right: 'tenths', pairs: [[1, 1], [2, 2]] }, // prettier-ignore
  { left: 'cents', right: 'doubles', pairs: [[1, 4]] },
  { left: 'doubles', right: 'others', pairs: [[1, 1], [2, 2]] }, // prettier-ignore
  { left: 'days', right: 'dates', pairs: [[1, 2], [3, 1]] }, // prettier-ignore
  { left: 'texts', right: 'whole', normalise: 'UPRN', pairs: [[1, 5], [2, 5], [4, 5], [6, 2], [7, 2]], damaged: [1, 3] }, // prettier-ignore
  { left: 'texts', right: 'whole', normalise: 'TEXT', pairs: [[4, 5], [6, 2]] }, // prettier-ignore
  { left: 'postcodes', right: 'valid', normalise: 'POSTCODE', pairs: [[1, 1], [2, 1], [3, 2]], damaged: [1, 1] }, // prettier-ignore
  { left: 'days', right: 'dates', normalise: 'TEXT', pairs: [[1, 2], [3, 1]] }, // prettier-ignore
]

/** The join of a case, and what its report has to tell. */
export function askedOf({ normalise, pairs, left, right, damaged = [0, 0] }: KeyCase): { asked: JoinAsked; told: object } {
  const on = [{ left: 'l.k', right: 'r.k', ...(normalise === undefined ? {} : { normalise }) }]
  const rowsOf = (name: string) => tables[name]?.[1] ?? []
  const matched = (side: number) => new Set(pairs.map((pair) => pair[side])).size
  const nulls = (name: string) => rowsOf(name).filter((key) => key === null).length
  return {
    asked: { on, select: [{ column: 'l.n' }, { column: 'r.n' }] },
    told: {
      ...{ leftRows: rowsOf(left).length, leftMatched: matched(0), leftNullKeys: nulls(left), leftDamagedKeys: damaged[0] },
      ...{ rightRows: rowsOf(right).length, rightMatched: matched(1), rightNullKeys: nulls(right), rightDamagedKeys: damaged[1] },
      joinedRows: pairs.length,
    },
  }
}

/** The same join, that counts and sums the rows of one side for each row of the other, and its groups. */
export function summedOf({ pairs, ...given }: KeyCase, of: 'l' | 'r'): { asked: JoinAsked; groups: unknown[][] } {
  const { on } = askedOf({ pairs, ...given }).asked
  const [by, summed] = of === 'l' ? [1, 0] : [0, 1]
  const sums = new Map<number, [count: number, sum: number]>()
  for (const pair of pairs) {
    const [count, sum] = sums.get(pair[by] as number) ?? [0, 0]
    sums.set(pair[by] as number, [count + 1, sum + (pair[summed] as number)])
  }
  const measures = [{ function: 'COUNT' }, { function: 'SUM', column: `${of}.n`, as: 'sum' }]
  return {
    asked: { on, groupBy: [{ column: of === 'l' ? 'r.n' : 'l.n', as: 'by' }], measures, orderBy: [{ column: 'by' }] },
    groups: [...sums].sort(([one], [other]) => one - other).map(([key, [count, sum]]) => [key, count, String(sum)]),
  }
}
