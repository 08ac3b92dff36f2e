import { Field, Float, ID, InputType, Int } from 'type-graphql'
import {
  ColumnTypeEnum,
  DatasetStatusEnum,
  DirectionEnum,
  GranularityEnum,
  JoinTypeEnum,
  MeasureFunctionEnum,
  NormaliseEnum,
  NullsEnum,
  OnSourceErrorEnum,
} from '../enums.js'
import { DateTime, Value } from '../scalars.js'

const optional = { nullable: true } as const

@InputType()
export class DatasetFilter {
  @Field(() => [ID], optional) spokes?: string[]
  @Field(() => [DatasetStatusEnum], optional) status?: string[]
  @Field(() => DateTime, optional) modifiedAfter?: Date
}

@InputType({
  description:
    'Exactly one of and, or, not, column. With a column, every operator given must hold; one without an operator, or with a null ' +
    'operand, is BAD_USER_INPUT. Strings compare case-sensitively, binary. in: at most 10,000. withinBox: west, south, east, north ' +
    'in WGS84, on GEOMETRY; a west greater than east crosses the 180th meridian. As in SQL, a null fulfils no comparison, ' +
    '`ne` and `not` of one included: use isNull for nulls.',
})
export class Filter {
  @Field(() => [Filter], optional) and?: Filter[]
  @Field(() => [Filter], optional) or?: Filter[]
  @Field(() => Filter, optional) not?: Filter
  @Field(() => String, optional) column?: string
  @Field(() => Value, optional) eq?: unknown
  @Field(() => Value, optional) ne?: unknown
  @Field(() => Value, optional) lt?: unknown
  @Field(() => Value, optional) lte?: unknown
  @Field(() => Value, optional) gt?: unknown
  @Field(() => Value, optional) gte?: unknown;
  @Field(() => [Value], optional) in?: unknown[]
  @Field(() => Boolean, optional) isNull?: boolean
  @Field(() => String, optional) startsWith?: string
  @Field(() => String, optional) contains?: string
  @Field(() => [Float], optional) withinBox?: number[]
}

@InputType({ description: 'type: read this member’s column as that type; a value that does not convert is an error' })
export class UnionColumn {
  @Field(() => String) column!: string
  @Field(() => String, optional) as?: string
  @Field(() => ColumnTypeEnum, optional) type?: string
}

@InputType()
export class UnionMember {
  @Field(() => ID) table!: string
  @Field(() => [UnionColumn], optional) columns?: UnionColumn[]
}

@InputType({
  description:
    'Exactly one of table, union, members. union stacks tables (UNION ALL) by column name; members gives each its own columns under ' +
    'shared names. A column that one table lacks is null there and listed in SourceReport.missingColumns; one that no table has is ' +
    'UNKNOWN_COLUMN; STRING with a number is TYPE_MISMATCH. `_spoke` and `_table` may be named wherever a column may: where a row ' +
    'came from. as: by default the id’s last part.',
})
export class TableInput {
  @Field(() => ID, optional) table?: string
  @Field(() => [ID], optional) union?: string[]
  @Field(() => [UnionMember], optional) members?: UnionMember[]
  @Field(() => Filter, optional) where?: Filter
  @Field(() => String, optional) as?: string
}

@InputType({
  description:
    '`left` is a column of the tables before, `right` one of the joined table; qualified by alias where needed (a.b is qualified only if a is an ' +
    'alias of this query). `normalise` compares keys as the same kind of thing: nw1 2db = NW1 2DB, 10094055034 = 010094055034. STRING with a ' +
    'number is TYPE_MISMATCH without it. A null is equal to nothing; NaN is equal to NaN, and 0.0 to −0.0',
})
export class JoinOn {
  @Field(() => String) left!: string
  @Field(() => String) right!: string
  @Field(() => NormaliseEnum, { nullable: true, description: 'Absent: EXACT' }) normalise?: string
}

@InputType({ description: 'A table, or a stack of tables, that is joined to all before it. At most seven; each with 1 to 20 keys' })
export class JoinInput {
  @Field(() => TableInput) table!: TableInput
  @Field(() => JoinTypeEnum, { nullable: true, defaultValue: 'INNER' }) type?: string
  @Field(() => [JoinOn], { description: 'Rows are partners where every pair of keys is equal' }) on!: JoinOn[]
}

@InputType()
export class SelectInput {
  @Field(() => String) column!: string
  @Field(() => String, optional) as?: string
}

@InputType({ description: 'Buckets are DATEs; weeks from Monday' })
export class GroupBy {
  @Field(() => String) column!: string
  @Field(() => GranularityEnum, optional) granularity?: string
  @Field(() => String, optional) as?: string
}

@InputType({
  description:
    'COUNT and COUNT_DISTINCT give INT64; SUM of INT64 or DECIMAL gives DECIMAL, exact; AVG of DECIMAL is exact; other AVG, MEDIAN, ' +
    'STDDEV (sample) give DOUBLE; MIN and MAX keep the type. COUNT needs no column',
})
export class Measure {
  @Field(() => MeasureFunctionEnum) function!: string
  @Field(() => String, optional) column?: string
  @Field(() => String, optional) as?: string
}

@InputType()
export class Order {
  @Field(() => String) column!: string
  @Field(() => DirectionEnum, { nullable: true, defaultValue: 'ASC' }) direction?: string
  @Field(() => NullsEnum, { nullable: true, defaultValue: 'LAST' }) nulls?: string
}

@InputType({
  description:
    'Output names: `as`; else the column’s name, or alias.column where a join makes it ambiguous; measures: count, sum_amount; buckets: date_month. Duplicates are BAD_USER_INPUT. ' +
    'having and orderBy name outputs. COUNT(column) counts non-null; groupBy without measures is DISTINCT; select together with ' +
    'groupBy or measures is BAD_USER_INPUT. `where` runs after the joins; TableInput.where runs before them. The queries of one operation may take 500,000 steps: tables × (5 × (columns + outputs + ' +
    'terms of filters) + a step for each value compared with); beyond that it is QUERY_TOO_COMPLEX.',
})
export class QueryInput {
  @Field(() => TableInput) from!: TableInput
  @Field(() => [JoinInput], { nullable: true, description: 'Joined in the order given, each to all before it' }) joins?: JoinInput[]
  @Field(() => [SelectInput], { nullable: true, description: 'Absent: every column that the viewer may see' }) select?: SelectInput[]
  @Field(() => Filter, optional) where?: Filter
  @Field(() => [GroupBy], optional) groupBy?: GroupBy[]
  @Field(() => [Measure], optional) measures?: Measure[]
  @Field(() => Filter, optional) having?: Filter
  @Field(() => [Order], optional) orderBy?: Order[]
  @Field(() => Int, { nullable: true, description: 'Absent: 100 rows (1,000 if grouped); over 10,000 is BAD_USER_INPUT' }) limit?: number
  @Field(() => Int, { nullable: true, defaultValue: 0 }) offset?: number
  @Field(() => String, {
    nullable: true,
    defaultValue: 'Europe/London',
    description:
      'The time zone of the days, weeks and months of `granularity`: an IANA name (Europe/London) or UTC, not an abbreviation such as BST',
  })
  timeZone?: string
  @Field(() => OnSourceErrorEnum, { nullable: true, defaultValue: 'FAIL' }) onSourceError?: string
  @Field(() => Int, { nullable: true, description: 'Default 30,000, at most 120,000' }) timeoutMs?: number
  @Field(() => String, {
    nullable: true,
    description: 'Refuse with VERSION_CHANGED if a versioned source has changed since that ResultSet.version',
  })
  atVersion?: string
}
