import type { ColumnType } from '../../connector/column.js'
import { checkForm, type Fault, faultText } from '../../connector/check-form.js'
import { sentence } from '../../connector/issue-text.js'
import { didYouMean, nearNames } from '../../connector/near-names.js'
import type { Granularity, JoinType } from '../../connector/relation.js'
import { BadUserInput } from '../../errors.js'
import { type ParsedFilter, type Path, parseFilter } from './filter.js'
import { downloadInputSchema, type QueryInput, queryInputSchema, queryLimits } from './input.js'

/**
 * A query whose form is checked. Names and types are still as the client wrote them. Every part carries its place in the input, for errors.
 */
export interface ParsedQuery {
  from: ParsedTable
  joins: ParsedJoin[]
  select?: { column: string; as?: string; path: Path }[]
  where?: ParsedFilter
  groupBy: { column: string; granularity?: Granularity; as?: string; path: Path }[]
  measures: { function: MeasureFunction; column?: string; as?: string; path: Path }[]
  /** True where groupBy or measures are present: the result then has one row for each group. */
  grouped: boolean
  having?: ParsedFilter
  orderBy: { column: string; descending: boolean; nullsFirst: boolean; path: Path }[]
  form: AnswerForm
  /** Infinity where all rows are asked for. */
  limit: number
  offset: number
  /** The most rows that can be used. One more is read, which tells that there are more. */
  rowsMax: number
  timeZone: string
  onSourceError: 'FAIL' | 'PARTIAL'
  timeoutMs: number
  atVersion?: string
}

/** PAGE: some rows, and whether more follow. WHOLE: all rows, or the first so many, for a download. */
export type AnswerForm = 'PAGE' | 'WHOLE'

/** TableInput of graphql/surface.graphql, with its three forms turned into one list. */
export interface ParsedTable {
  /** One member for `table`, several for `union` or `members`. */
  members: { table: string; columns?: { column: string; as?: string; type?: ColumnType; path: Path }[]; path: Path }[]
  alias?: string
  where?: ParsedFilter
  path: Path
}

/** JoinInput of graphql/surface.graphql. */
export interface ParsedJoin {
  table: ParsedTable
  type: JoinType
  on: {
    left: string
    right: string
    normalise: NonNullable<NonNullable<QueryInput['joins']>[number]['on'][number]['normalise']>
    path: Path
  }[]
  path: Path
}

/** The tables of a query: `from`, then that of each join. */
export function tablesOf({ from, joins }: Pick<ParsedQuery, 'from' | 'joins'>): ParsedTable[] {
  return [from, ...joins.map(({ table }) => table)]
}

/** MeasureFunction of graphql/surface.graphql. */
export type MeasureFunction = 'COUNT' | 'COUNT_DISTINCT' | 'SUM' | 'AVG' | 'MIN' | 'MAX' | 'MEDIAN' | 'STDDEV'

/** The defaults of a query: rows in a page, groups in a page, the time zone, and the time limit in milliseconds. */
export const defaults = { rows: 100, groups: 1000, timeZone: 'Europe/London', timeoutMs: 30_000 } as const

/** The defaults of an answer: rows, groups, and the time limit in milliseconds. */
const defaultsOf = {
  PAGE: { rows: defaults.rows, groups: defaults.groups, timeoutMs: defaults.timeoutMs },
  WHOLE: { rows: Infinity, groups: Infinity, timeoutMs: queryLimits.timeoutMsMax },
} as const

function inputError(fault: Fault): BadUserInput {
  return new BadUserInput(sentence(faultText(fault, 'The query')), {
    inputPath: fault.path as Path,
    ...(fault.suggestions.length === 0 ? {} : { suggestions: fault.suggestions }),
  })
}

/** Stage 1: checks the input's form and limits, and fills in defaults. Throws BAD_USER_INPUT with the place. */
export function parse(input: unknown, form: AnswerForm = 'PAGE', rowsMax = Infinity): ParsedQuery {
  const schema = form === 'PAGE' ? queryInputSchema : downloadInputSchema
  const checked = checkForm<QueryInput>(schema, input)
  if ('faults' in checked) throw inputError(checked.faults[0])
  const query = checked.value
  const grouped = nonEmpty(query.groupBy) || nonEmpty(query.measures)
  if (grouped && query.select !== null && query.select !== undefined) {
    throw new BadUserInput("'select' does not stand beside groupBy or measures: the output is the groups and the measures.", {
      inputPath: ['select'],
    })
  }
  if (!grouped && query.having !== null && query.having !== undefined) {
    throw new BadUserInput("'having' needs groupBy or measures. Use 'where' to filter rows.", { inputPath: ['having'] })
  }
  if (query.select?.length === 0) throw new BadUserInput("'select' is empty. Leave it out for every column.", { inputPath: ['select'] })
  return {
    from: parseTable(query.from, ['from']),
    joins: (query.joins ?? []).map((join, index) => parseJoin(join, ['joins', index])),
    ...(query.select ? { select: query.select.map((item, index) => ({ ...compact(item), path: ['select', index] })) } : {}),
    ...(query.where ? { where: parseFilter(query.where, ['where']) } : {}),
    groupBy: (query.groupBy ?? []).map((item, index) => ({ ...compact(item), path: ['groupBy', index] })),
    measures: (query.measures ?? []).map((item, index) => parseMeasure(item, ['measures', index])),
    grouped,
    ...(query.having ? { having: parseFilter(query.having, ['having']) } : {}),
    orderBy: (query.orderBy ?? []).map((item, index) => ({
      column: item.column,
      descending: item.direction === 'DESC',
      nullsFirst: item.nulls === 'FIRST',
      path: ['orderBy', index],
    })),
    form,
    limit: query.limit ?? (grouped ? defaultsOf[form].groups : defaultsOf[form].rows),
    offset: query.offset ?? 0,
    rowsMax,
    timeZone: parseTimeZone(query.timeZone ?? defaults.timeZone),
    onSourceError: query.onSourceError ?? 'FAIL',
    timeoutMs: query.timeoutMs ?? defaultsOf[form].timeoutMs,
    ...(query.atVersion ? { atVersion: query.atVersion } : {}),
  }
}

function parseJoin({ table, type, on }: NonNullable<QueryInput['joins']>[number], path: Path): ParsedJoin {
  const keys = on.map(
    ({ left, right, normalise }, index) => ({ left, right, normalise: normalise ?? 'EXACT', path: [...path, 'on', index] }) as const,
  )
  return { table: parseTable(table, [...path, 'table']), type: type ?? 'INNER', on: keys, path }
}

function parseTable(from: QueryInput['from'], path: Path): ParsedTable {
  const given = (['table', 'union', 'members'] as const).filter((key) => from[key] !== null && from[key] !== undefined)
  if (given.length !== 1) throw new BadUserInput(`${path.join('.')} has exactly one of table, union, members.`, { inputPath: path })
  const rest = {
    path,
    ...(from.as ? { alias: from.as } : {}),
    ...(from.where ? { where: parseFilter(from.where, [...path, 'where']) } : {}),
  }
  if (from.table !== null && from.table !== undefined) return { members: [{ table: from.table, path: [...path, 'table'] }], ...rest }
  if (from.union)
    return { members: some(from.union, [...path, 'union']).map((table, index) => ({ table, path: [...path, 'union', index] })), ...rest }
  const members = some(from.members ?? [], [...path, 'members']).map((member, index) => {
    const at = [...path, 'members', index]
    const columns = member.columns?.map((item, position) => ({ ...compact(item), path: [...at, 'columns', position] }))
    if (columns?.length === 0)
      throw new BadUserInput("'columns' is empty. Leave it out for every column.", { inputPath: [...at, 'columns'] })
    return { table: member.table, ...(columns ? { columns } : {}), path: [...at, 'table'] }
  })
  return { members, ...rest }
}

function some<T>(items: readonly T[], path: Path): readonly T[] {
  if (items.length === 0) throw new BadUserInput(`'${path.at(-1)}' names no table.`, { inputPath: path })
  return items
}

function parseMeasure(item: NonNullable<QueryInput['measures']>[number], path: Path): ParsedQuery['measures'][number] {
  if (item.function !== 'COUNT' && !item.column)
    throw new BadUserInput(`${item.function} needs a column.`, { inputPath: [...path, 'column'] })
  return { ...compact(item), path }
}

/** Names that were looked up before, since each look-up takes 0.4 ms. Only valid names are added, so the map stays small. */
const timeZones = new Map<string, string>()

/**
 * Names of places, or of universal time. Abbreviations are refused because they are ambiguous: BST is a time in London and one in Dhaka.
 */
const zoneName =
  /^(?:(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)(?:\/[A-Z][A-Z0-9_-]*){1,2}|(?:Etc\/)?(?:UTC|GMT)|Etc\/GMT[+-]\d{1,2})$/i

function parseTimeZone(name: string): string {
  try {
    if (!zoneName.test(name)) throw new RangeError('not a name')
    const timeZone = timeZones.get(name) ?? new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone
    if (timeZones.size < 1000) timeZones.set(name, timeZone)
    return timeZone
  } catch {
    // Names without a slash are abbreviations, and what is like one means another.
    const suggestions = name.includes('/') ? nearNames(name, Intl.supportedValuesOf('timeZone')).slice(0, 1) : []
    const mend = "Give the IANA name of a place, such as 'Europe/London', or 'UTC'; abbreviations such as BST have several meanings."
    throw new BadUserInput(`There is no such time zone. ${suggestions.length === 0 ? mend : didYouMean(suggestions).trimStart()}`, {
      inputPath: ['timeZone'],
      ...(suggestions.length === 0 ? {} : { suggestions }),
    })
  }
}

function nonEmpty(items: readonly unknown[] | null | undefined): boolean {
  return items !== null && items !== undefined && items.length > 0
}

/** The same object without its null and undefined members. */
function compact<T extends object>(item: T): { [K in keyof T]: Exclude<T[K], null | undefined> } {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null && value !== undefined)) as never
}
