/**
 * How useful a dataset is to the person who typed a query, judged from titles, descriptions and columns, before any ranking was seen:
 *
 * - 3: what was asked for, as it is today, or of the time that was asked for
 * - 2: the same of another time where none was asked for, or a part of it, or nearly it
 * - 1: useful beside it: a neighbouring subject, something tagged with it, or what lacks a column that was asked for
 * - 0: anything else: what only mentions it, and what is of another place or time than the one that was asked for
 */
export type Grade = 0 | 1 | 2 | 3

/** Who types it: for the reader, and so that all kinds of people are there. */
export type Who = 'dashboard' | 'scientist' | 'journalist' | 'resident'

/** @property grades of every dataset that is worth anything; none where there is no answer */
export interface JudgedQuery {
  readonly text: string
  readonly who: Who
  readonly grades: ReadonlyMap<string, Grade>
}

const depth = 10
const gain = (grade: number, at: number) => (2 ** grade - 1) / Math.log2(at + 2)
const sum = (grades: readonly number[]) => grades.slice(0, depth).reduce((total, grade, at) => total + gain(grade, at), 0)

/**
 * Normalised discounted cumulative gain of the first ten: 1 where no order would be better. Where nothing is to be found, 1 for finding
 * nothing.
 */
export function ndcg({ grades }: JudgedQuery, found: readonly string[]): number {
  const ideal = sum([...grades.values()].toSorted((one, other) => other - one))
  return ideal === 0 ? Number(found.length === 0) : sum(found.map((id) => grades.get(id) ?? 0)) / ideal
}
