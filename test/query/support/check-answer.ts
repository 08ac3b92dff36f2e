import { expect } from 'vitest'
import type { Shape } from '../../../src/connector/column.js'
import type { QueryResult } from '../../../src/query/7-result/query-result.js'
import type { World } from './arbitrary-world.js'
import { type Cell, textOf } from './cells.js'
import type { OracleAnswer } from './oracle.js'
import type { Query } from './world.js'

const pageDefault = { rows: 100, groups: 1000 }

/** The facts about a page to check. Without columns for rows joined from several pages, since each page has encodings of its own. */
export type PageFacts = Pick<QueryResult, 'rowCount' | 'truncated' | 'complete'> & {
  columns: QueryResult['columns'] | undefined
  sources?: QueryResult['sources']
}

/** Compares a page with the oracle's: rows, order, count, truncation, columns and encodings. */
export function checkAnswer(query: Query, whole: OracleAnswer, result: PageFacts, rows: readonly (readonly unknown[])[]): void {
  const isGrouped = query.groupBy !== undefined || query.measures !== undefined
  const limit = query.limit ?? (isGrouped ? pageDefault.groups : pageDefault.rows)
  const offset = query.offset ?? 0
  const page = whole.rows.slice(offset, offset + limit)
  expect({ rowCount: result.rowCount, truncated: result.truncated, complete: result.complete }).toEqual({
    rowCount: page.length,
    truncated: whole.rows.length > offset + limit,
    // A source that was not asked cannot fail.
    complete: whole.complete || (result.complete && result.sources?.some(({ status }) => status === 'SKIPPED') === true),
  })
  if (result.columns !== undefined) expect(result.columns.map(({ name, shape }) => ({ name, ...shape }))).toEqual(whole.columns)

  if (isGrouped || query.orderBy !== undefined) {
    const encodings = whole.columns.map((column, index) =>
      encodingOf(
        column,
        page.map((row) => row[index] as Cell),
      ),
    )
    if (result.columns !== undefined) expect(result.columns.map(({ encoding }) => encoding)).toEqual(encodings)
    expect(rows.length).toBe(page.length)
    rows.forEach((row, position) => row.forEach((cell, index) => checkCell(cell, page[position]?.[index] as Cell, whole, index)))
    return
  }
  // Without an order any rows may make the page, but each must be a right one.
  const texts = (cells: readonly (readonly unknown[])[]) => cells.map((row) => JSON.stringify(row)).sort()
  const expected = texts(whole.rows.map((row) => row.map((cell, index) => json(cell, whole.columns[index] as Shape))))
  const found = texts(
    rows.map((row) => row.map((cell, index) => (typeof cell === 'number' && whole.columns[index]?.type === 'INT64' ? String(cell) : cell))),
  )
  if (found.length === expected.length) expect(found).toEqual(expected)
  else for (const text of found) expect(expected.splice(expected.indexOf(text), expected.includes(text) ? 1 : 0)).toEqual([text])
}

/** Checks every number that the result tells of its joins. */
export function checkMatches(whole: OracleAnswer, { matches, sources }: QueryResult): void {
  // A source that was not asked cannot fail: that the join has no rows of it is then known.
  const isSkipped = sources.some(({ status }) => status === 'SKIPPED')
  // Of a side that answers only rows with a key of the other, a source that can neither join nor group cannot count the rest.
  const isPart = isSkipped || sources.some(({ pushedDown }) => pushedDown.includes('KEYS'))
  const ofWhole = /^(left|right)(Rows|NullKeys|DamagedKeys|Keys|Rate)$/
  const expected = whole.matches.map((counts, index) => {
    const found: Record<string, unknown> = { ...matches[index] }
    const known = Object.entries(counts).map(([name, count]) => {
      const isOfNone = found[name] === 0 || (name === 'joinedRows' && found[name] === found['leftRows'])
      const mayDiffer = (isSkipped && count === null && isOfNone) || (isPart && found[name] === null && ofWhole.test(name))
      return [name, mayDiffer ? found[name] : count]
    })
    return Object.fromEntries(known) as object
  })
  expect(matches.map(({ left: _, right: __, ...counts }) => counts)).toEqual(expected)
}

/** Checks that the sources did only what their capabilities allow, as their reports say. */
export function checkReports({ capabilities, tables, failed }: World, whole: OracleAnswer, { sources }: QueryResult): void {
  expect(new Set(sources.flatMap((source) => source.tables))).toEqual(new Set(whole.missing.keys()))
  const missingIn = (of: Iterable<string>) => new Set([...of].sort())
  expect(missingIn(sources.flatMap((source) => source.missingColumns))).toEqual(missingIn([...whole.missing.values()].flat()))
  for (const source of sources) {
    const own = capabilities[source.spoke] ?? {}
    const may = [
      ['FILTER', own.filter],
      ['AGGREGATE', own.aggregate],
      ['SORT', own.sort],
      ['LIMIT', own.limit],
      ['JOIN', own.join],
    ] as const
    expect(may.flatMap(([operator, given]) => (source.pushedDown.includes(operator) && given === undefined ? [operator] : []))).toEqual([])
    const missing = source.tables.flatMap((id) => whole.missing.get(id) ?? [])
    // A table may be read several times, and its columns be missing in one place alone.
    if (whole.matches.length === 0) expect(new Set(source.missingColumns)).toEqual(new Set(missing))
    else expect(source.missingColumns.filter((name) => !missing.includes(name))).toEqual([])
    expect(source.tables.every((id) => tables.find((table) => table.id === id)?.spokeId === source.spoke)).toBe(true)
    if (source.status === 'SKIPPED') {
      // The other side of its join has no key, so it was not asked.
      expect(whole.matches.length).toBeGreaterThan(0)
      expect(source).toMatchObject({ rows: 0, bytes: 0, error: null })
      continue
    }
    if (failed?.has(source.spoke) === true) {
      expect(source).toMatchObject({ status: 'FAILED', error: { code: 'SOURCE_UNAVAILABLE' }, rows: null })
      continue
    }
    expect({ status: source.status, error: source.error }).toEqual({ status: 'OK', error: null })
    expect(source.rows).toBeGreaterThanOrEqual(0)
    expect(source.bytes).toBeGreaterThan(0)
  }
}

function encodingOf({ type }: Shape, cells: readonly Cell[]): string {
  if (type === 'INT64') return cells.some((cell) => cell !== null && (cell as bigint) ** 2n > (2n ** 53n - 1n) ** 2n) ? 'STRING' : 'NUMBER'
  return type === 'BOOLEAN' ? 'BOOLEAN' : type === 'DOUBLE' ? 'NUMBER' : type === 'GEOMETRY' ? 'OBJECT' : 'STRING'
}

function checkCell(found: unknown, expected: Cell, { columns, rows, weights }: OracleAnswer, index: number): void {
  const { type } = columns[index] as Shape
  if (type !== 'DOUBLE' || !Number.isFinite(expected)) {
    const wide = typeof found === 'number' && type === 'INT64' ? String(found) : found
    expect(wide).toEqual(json(expected, columns[index] as Shape))
    return
  }
  const sizes = rows.map((row) => Math.abs(row[index] as number)).filter(Number.isFinite)
  const most = Math.max(1, weights[index] ?? 0, ...sizes)
  expect(typeof found).toBe('number')
  expect(Math.abs((found as number) - (expected as number))).toBeLessThanOrEqual(1e-9 * most)
}

/** A value as JSON has it, with INT64 as text. */
function json(cell: Cell, { type }: Shape): unknown {
  if (cell === null) return null
  // JSON has neither NaN nor infinity.
  if (type === 'DOUBLE') return Number.isFinite(cell) ? cell : null
  if (type === 'BOOLEAN') return cell
  if (type === 'GEOMETRY') return JSON.parse(cell as string) as unknown
  return textOf(cell)
}
