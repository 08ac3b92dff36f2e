import { type GraphQLResolveInfo, Kind } from 'graphql'
import { isSafeNumber, parse } from 'lossless-json'
import { Arg, Ctx, Directive, FieldResolver, Info, Int, Query, Resolver, Root } from 'type-graphql'
import type { TableRow } from '../../catalogue/rows.js'
import type { Numbers, RowFormat } from '../../connector/engine.js'
import type { ResultColumn as Column } from '../../query/7-result/query-result.js'
import type { QueryResult } from '../../query/7-result/query-result.js'
import { explainQuery, runQuery } from '../../query/run.js'
import type { Context } from '../context.js'
import { downloadsOf } from '../download-url.js'
import { NumbersEnum } from '../enums.js'
import { Json, Value } from '../scalars.js'
import { Table } from '../types/catalogue.js'
import { Filter, GroupBy, Measure, Order, QueryInput } from '../types/inputs.js'
import { Download, Plan, ResultColumn, ResultSet } from '../types/result.js'

@Resolver()
export class QueryResolver {
  @Directive('@public')
  @Directive('@audit')
  @Query(() => ResultSet, { nullable: true, description: 'Subset, aggregate and stack tables of many organisations in one query' })
  query(
    @Arg('input', () => QueryInput, { description: 'What is asked' }) input: QueryInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return run(input, context, info)
  }

  @Directive('@public')
  @Directive('@audit')
  @Query(() => Plan, { nullable: true, description: 'The plan of a query, which is not run' })
  async explain(
    @Arg('input', () => QueryInput, { description: 'What would be asked' }) input: QueryInput,
    @Ctx() { query, results }: Context,
  ) {
    const { text, fragments, residual, receipt } = await results.inTurn('last', () => explainQuery(input, query))
    return {
      text,
      residual,
      receipt,
      fragments: fragments.map(
        ({ spokeId, connector, tables, missingColumns, planned, native, remaining, estimatedRows, stage, keys, why }) => ({
          spoke: spokeId,
          connector,
          tables,
          missingColumns,
          native,
          pushedDown: keys.length > 0 ? [...planned.pushedDown, 'KEYS'] : planned.pushedDown,
          stage: stage + 1,
          why: why ?? null,
          left: remaining,
          estimatedRows: estimatedRows ?? null,
        }),
      ),
    }
  }
}

@Resolver(() => Table)
export class TableRowsResolver {
  @Directive('@audit')
  @FieldResolver(() => ResultSet, { nullable: true, description: 'Its rows: `query` with from: this table' })
  rows(
    @Root() { id }: TableRow,
    @Arg('select', () => [String], { nullable: true, description: 'Names of columns. Absent: every column that the viewer may see' })
    select: string[] | null,
    @Arg('where', () => Filter, { nullable: true, description: 'Which rows are read; it names columns. Absent: all' }) where: Filter | null,
    @Arg('orderBy', () => [Order], { nullable: true, description: 'The most significant first. Absent: no certain order' })
    orderBy: Order[] | null,
    @Arg('limit', () => Int, { nullable: true, description: 'Rows on the page, 0 to 10,000. Absent: 100' }) limit: number | null,
    @Arg('offset', () => Int, { nullable: true, defaultValue: 0, description: 'Rows to skip before the page' }) offset: number | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return run({ from: { table: id }, select: select?.map((column) => ({ column })), where, orderBy, limit, offset }, context, info)
  }

  @Directive('@audit')
  @FieldResolver(() => ResultSet, { nullable: true, description: 'Its rows in groups: `query` with from: this table' })
  groups(
    @Root() { id }: TableRow,
    @Arg('by', () => [GroupBy], { description: 'One row for each group; an empty list: one row for all' }) groupBy: GroupBy[],
    @Arg('measures', () => [Measure], { description: 'Values of each group; an empty list: only the groups' }) measures: Measure[],
    @Arg('where', () => Filter, { nullable: true, description: 'Which rows are read; it names columns. Absent: all' }) where: Filter | null,
    @Arg('having', () => Filter, { nullable: true, description: 'Which groups are kept; it names outputs. Absent: all' })
    having: Filter | null,
    @Arg('orderBy', () => [Order], { nullable: true, description: 'The most significant first. Absent: no certain order' })
    orderBy: Order[] | null,
    @Arg('limit', () => Int, { nullable: true, description: 'Groups on the page, 0 to 10,000. Absent: 1,000' }) limit: number | null,
    @Arg('offset', () => Int, { nullable: true, defaultValue: 0, description: 'Rows to skip before the page' }) offset: number | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return run({ from: { table: id }, groupBy, measures, where, having, orderBy, limit, offset }, context, info)
  }
}

@Resolver(() => ResultSet)
export class ResultSetResolver {
  @FieldResolver(() => [ResultColumn], { description: 'In the order of the cells of a row' })
  columns(@Root() { columns }: QueryResult) {
    return columns.map(({ shape, ...column }: Column) => ({ ...column, type: shape.type }))
  }

  @FieldResolver(() => [Download], {
    description:
      'The same query as a file: all its rows, or as many as its limit. Empty where the input is too long for an address: then send it to /query by POST',
  })
  downloads(@Root() { input, columns, notWgs84 }: Answered, @Ctx() { baseUrl }: Context) {
    return downloadsOf(input, columns, notWgs84 === undefined, baseUrl)
  }

  // Decorators cannot express `[[Value]!]!`; schema.ts sets that type.
  @FieldResolver(() => [[Value]], { description: 'The rows of the page, each a list of cells in the order of `columns`' })
  async rows(
    @Root() result: QueryResult,
    @Arg('numbers', () => NumbersEnum, { nullable: true, defaultValue: 'EXACT', description: 'DOUBLE: every number is a JSON number' })
    numbers: Numbers | null,
    @Ctx() { splice, results }: Context,
  ) {
    const text = await results.write(() => result.json('rows', numbers ?? 'EXACT'))
    return splice === undefined ? plainly(Buffer.concat(text).toString()) : [[splice.keep(text)]]
  }

  @FieldResolver(() => [Json], { description: 'The same rows as objects: { "borough": "camden", "stations": 14 }' })
  async records(
    @Root() result: QueryResult,
    @Arg('numbers', () => NumbersEnum, { nullable: true, defaultValue: 'EXACT', description: 'DOUBLE: every number is a JSON number' })
    numbers: Numbers | null,
    @Ctx() { splice, results }: Context,
  ) {
    const text = await results.write(() => result.json('records', numbers ?? 'EXACT'))
    return splice === undefined ? plainly(Buffer.concat(text).toString()) : [splice.keep(text)]
  }
}

/** Rows as values, if they are not written as text. Within a JSON value, an integer that JavaScript would round becomes a string. */
function plainly(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text) as unknown
  return parse(text, undefined, {
    parseNumber: (digits) => (isSafeNumber(digits, { approx: true }) ? Number(digits) : digits),
    onDuplicateKey: ({ newValue }) => newValue,
  })
}

/** A result, and the input that it answers. */
interface Answered extends QueryResult {
  readonly input: object
}

async function run(input: object, { query, results }: Context, info: GraphQLResolveInfo): Promise<Answered> {
  const result = await results.run(() => runQuery(input, query, { format: formatOf(info), matches: wantsMatches(info) }))
  return { ...result, input }
}

/** Whether the selection may have `matches`: it has it, or a fragment that might. */
function wantsMatches({ fieldNodes }: GraphQLResolveInfo): boolean {
  const selections = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? [])
  return selections.some((selection) => selection.kind !== Kind.FIELD || selection.name.value === 'matches')
}

/**
 * The format in which rows are requested, if the selection requests exactly one: exact numbers, and no fragment that might request another.
 */
function formatOf({ fieldNodes }: GraphQLResolveInfo): RowFormat | undefined {
  const selections = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? [])
  const fields = selections.filter((selection) => selection.kind === Kind.FIELD)
  if (fields.length < selections.length) return undefined
  const texts = fields.filter(({ name }) => name.value === 'rows' || name.value === 'records')
  const [only] = texts
  return texts.length === 1 && only?.arguments?.length === 0 && only.directives?.length === 0 ? (only.name.value as RowFormat) : undefined
}
