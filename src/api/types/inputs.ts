import { Field, Float, ID, InputType, Int } from 'type-graphql'
import {
  ColumnTypeEnum,
  DirectionEnum,
  GranularityEnum,
  JoinTypeEnum,
  MeasureFunctionEnum,
  NormaliseEnum,
  NullsEnum,
  OnSourceErrorEnum,
} from '../enums.js'
import { Value } from '../scalars.js'

/** A field that may be left out. */
const optional = (type: object, description: string) => Field(() => type as typeof String, { nullable: true, description })
/** A list that may be left out. */
const optionalList = (type: object, description: string) => Field(() => [type as typeof String], { nullable: true, description })
const as = 'The name of the output; by default as QueryInput says'

@InputType({
  description:
    'Exactly one of and, or, not, column. and, or, not stand alone; a column stands with one or more operators (eq … withinBox), and every ' +
    'operator given must hold: { column: "Pupils", gte: 100, lt: 200 }. So it is no @oneOf input. A column without an operator, or an operator ' +
    'with a null operand, is BAD_USER_INPUT. Strings compare case-sensitively, binary. As in SQL, a null fulfils no comparison, ' +
    '`ne` and `not` of one included: use isNull for nulls.',
})
export class Filter {
  @optionalList(Filter, 'All of these hold; at least one') and?: Filter[]
  @optionalList(Filter, 'One or more of these hold; at least one') or?: Filter[]
  @optional(Filter, 'This does not hold') not?: Filter
  @optional(String, 'The column that the operators test, by its name as published, qualified by an alias where it is ambiguous: a.Name')
  column?: string
  @optional(Value, 'Equal') eq?: unknown
  @optional(Value, 'Not equal') ne?: unknown
  @optional(Value, 'Less, or earlier') lt?: unknown
  @optional(Value, 'Less, or earlier, or equal') lte?: unknown
  @optional(Value, 'Greater, or later') gt?: unknown
  @optional(Value, 'Greater, or later, or equal') gte?: unknown;
  @optionalList(Value, 'Equal to one of these, at most 10,000; to none where the list is empty') in?: unknown[]
  @optional(Boolean, 'true: has no value; false: has one') isNull?: boolean
  @optional(String, 'STRING only: begins with this text; % and _ are plain characters') startsWith?: string
  @optional(String, 'STRING only: holds this text; % and _ are plain characters') contains?: string
  @optionalList(
    Float,
    'GEOMETRY only: every position lies in this box: west, south, east, north in degrees of WGS84: [-0.21, 51.5, -0.1, 51.57]. A west greater than east ' +
      'crosses the 180th meridian',
  )
  withinBox?: number[]
}

@InputType({ description: 'A column of a member under a shared name' })
export class UnionColumn {
  @Field(() => String, { description: 'Its name in the member’s table, as published' }) column!: string
  @optional(String, 'Its name in the stack; by default its own') as?: string
  @optional(
    ColumnTypeEnum,
    'Read this member’s column as that type; by default its own. A value that does not convert is an error. As DECIMAL a DOUBLE keeps the digits ' +
      'by which it is published, rounded to ten after the point: 123456789.123 is 123456789.1230000000',
  )
  type?: string
}

@InputType({ description: 'A table of a stack, with the columns that it gives to it' })
export class UnionMember {
  @Field(() => ID, { description: 'The id of the table: camden/libraries/libraries' }) table!: string
  @optionalList(UnionColumn, 'Absent: every column, under its own name') columns?: UnionColumn[]
}

@InputType({
  description:
    'Exactly one of table, union, members; `where` and `as` may stand beside each of them, so it is no @oneOf input. union stacks tables ' +
    '(UNION ALL) by column name; members gives each its own columns under ' +
    'shared names. A column that one table lacks is null there and listed in SourceReport.missingColumns; one that no table has is ' +
    'UNKNOWN_COLUMN; STRING with a number is TYPE_MISMATCH. `_spoke` and `_table` may be named wherever a column may: where a row ' +
    'came from.',
})
export class TableInput {
  @optional(ID, 'The id of one table: camden/libraries/libraries') table?: string
  @optionalList(ID, 'The ids of 1 to 500 tables with the same names of columns') union?: string[]
  @optionalList(UnionMember, '1 to 500 tables with different names of columns') members?: UnionMember[]
  @optional(Filter, 'Filters its rows before joins; QueryInput.where filters after them') where?: Filter
  @optional(String, 'Its alias in this query: a letter or _, then letters, digits and _. By default the id’s last part') as?: string
}

@InputType({
  description:
    'A pair of columns that are equal where rows are partners. ' +
    'STRING with a number is TYPE_MISMATCH without `normalise`. A null is equal to nothing; NaN is equal to NaN, and 0.0 to −0.0',
})
export class JoinOn {
  @Field(() => String, {
    description: 'A column of the tables before, qualified by alias where needed (a.b is qualified only if a is an alias of this query)',
  })
  left!: string
  @Field(() => String, { description: 'A column of the joined table, qualified likewise' }) right!: string
  @optional(NormaliseEnum, 'Compares keys as the same kind of thing: nw1 2db = NW1 2DB, 10094055034 = 010094055034. Absent: EXACT')
  normalise?: string
}

@InputType({ description: 'A table, or a stack of tables, that is joined to all before it. At most seven; each with 1 to 20 keys' })
export class JoinInput {
  @Field(() => TableInput, { description: 'What is joined: the right side' }) table!: TableInput
  @Field(() => JoinTypeEnum, { nullable: true, defaultValue: 'INNER', description: 'Which rows the join keeps' }) type?: string
  @Field(() => [JoinOn], { description: 'Rows are partners where every pair of keys is equal' }) on!: JoinOn[]
}

@InputType({ description: 'A column of the answer' })
export class SelectInput {
  @Field(() => String, { description: 'Its name, qualified by an alias where it is ambiguous: a.Name' }) column!: string
  @optional(String, as) as?: string
}

@InputType({ description: 'A column, or a stretch of time, that the rows are grouped by' })
export class GroupBy {
  @Field(() => String, { description: 'Any column except GEOMETRY, JSON and LIST. Rows without a value are a group too' }) column!: string
  @optional(
    GranularityEnum,
    'For DATE, TIMESTAMP and TIMESTAMPTZ: groups by day, week, month, quarter or year; the group is the DATE that it begins with. Absent: by the value itself',
  )
  granularity?: string
  @optional(String, as) as?: string
}

@InputType({ description: 'A number, or another value, that is made from all rows of a group' })
export class Measure {
  @Field(() => MeasureFunctionEnum, { description: 'What is computed, and of which type it is' }) function!: string
  @optional(String, 'The column that it is made from. Only COUNT may go without: it then counts rows') column?: string
  @optional(String, as) as?: string
}

@InputType({
  description:
    'A column to sort by. Rows that are equal in all of these are sorted by their other columns, so that no page repeats or skips one',
})
export class Order {
  @Field(() => String, { description: 'The name of an output' }) column!: string
  @Field(() => DirectionEnum, { nullable: true, defaultValue: 'ASC', description: 'Smallest or largest first' }) direction?: string
  @Field(() => NullsEnum, { nullable: true, defaultValue: 'LAST', description: 'Where rows without a value stand, in both directions' })
  nulls?: string
}

@InputType({
  description:
    'Output names: `as`; else the column’s name, or alias.column where a join makes it ambiguous; measures: count, sum_amount; buckets: date_month. Duplicates are BAD_USER_INPUT. ' +
    'having and orderBy name outputs. COUNT(column) counts non-null; groupBy without measures is DISTINCT; select together with ' +
    'groupBy or measures is BAD_USER_INPUT. `where` runs after the joins; TableInput.where runs before them. The queries of one operation may take 500,000 steps: tables × (5 × (columns + outputs + ' +
    'terms of filters) + a step for each value compared with); beyond that it is QUERY_TOO_COMPLEX.',
})
export class QueryInput {
  @Field(() => TableInput, { description: 'The table, or stack of tables, that is read' }) from!: TableInput
  @optionalList(JoinInput, 'Joined in the order given, each to all before it') joins?: JoinInput[]
  @optionalList(SelectInput, 'Absent: every column that the viewer may see') select?: SelectInput[]
  @optional(Filter, 'Which rows are read; it names columns. Absent: all') where?: Filter
  @optionalList(GroupBy, 'One row for each group. Absent, with measures: one row for all') groupBy?: GroupBy[]
  @optionalList(Measure, 'Values of each group, after the groups themselves') measures?: Measure[]
  @optional(Filter, 'Which groups are kept; it names outputs. Needs groupBy or measures') having?: Filter
  @optionalList(Order, 'The order of the rows, the most significant first. Absent: no certain order') orderBy?: Order[]
  @optional(Int, 'Absent: 100 rows (1,000 if grouped); over 10,000 is BAD_USER_INPUT') limit?: number
  @Field(() => Int, { nullable: true, defaultValue: 0, description: 'Rows to skip before the page' }) offset?: number
  @Field(() => String, {
    nullable: true,
    defaultValue: 'Europe/London',
    description:
      'The time zone of the days, weeks and months of `granularity`: an IANA name (Europe/London) or UTC, not an abbreviation such as BST',
  })
  timeZone?: string
  @Field(() => OnSourceErrorEnum, {
    nullable: true,
    defaultValue: 'FAIL',
    description: 'What to do when a source does not answer',
  })
  onSourceError?: string
  @optional(Int, 'Milliseconds for the whole query. Default 30,000, at most 120,000') timeoutMs?: number
  @optional(String, 'Refuse with VERSION_CHANGED if a versioned source has changed since that ResultSet.version') atVersion?: string
}
