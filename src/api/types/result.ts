import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql'
import { ColumnTypeEnum, DecisionEnum, EncodingEnum, ErrorCodeEnum, OperatorEnum, SourceStatusEnum } from '../enums.js'
import { DateTime } from '../scalars.js'
import { Receipt } from './audit.js'

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'What the viewer may do with a column' })
export class ColumnAccess {
  @Field(() => String, { description: 'The name of the column, as the query calls it' }) column!: string
  @Field(() => DecisionEnum, { description: 'DENY for a column that was left out' }) decision!: string
  @Field(() => [String], { description: 'What the reader must do in return; empty until agreements come' })
  obligations!: readonly string[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A column of the answer' })
export class ResultColumn {
  @Field(() => String, { description: 'Its output name (QueryInput): the key of its cells in `records`; unique in the answer' })
  name!: string
  @Field(() => ColumnTypeEnum, { description: 'The type of its values' }) type!: string
  @Field(() => EncodingEnum, { description: 'The JSON form of all its cells with numbers: EXACT; a cell may also be null' })
  encoding!: string
  @Field(() => String, { nullable: true, description: 'What the values are: UPRN, POSTCODE; null if not known, and for most measures' })
  semanticType!: string | null
  @Field(() => ID, { nullable: true, description: 'The table that it comes from; null for a stack of tables, a measure or a bucket' })
  table!: string | null
  @Field(() => String, { nullable: true, description: 'The unit of its numbers, in the publisher’s words: µg/m3; null if not known' })
  unit!: string | null
  @Field(() => DecisionEnum, { description: 'ALLOW, as denied columns are not in the answer' }) decision!: string
  @Field(() => [String], { description: 'What the reader must do in return; empty until agreements come' })
  obligations!: readonly string[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'Why a source did not answer' })
export class SourceError {
  @Field(() => ErrorCodeEnum, { description: 'SOURCE_UNAVAILABLE or SOURCE_TIMEOUT in most cases' }) code!: string
  @Field(() => String, { description: 'What went wrong and what to do, for people' }) message!: string
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description:
    'What one source was asked for, and how it answered. rows and bytes are null if they would reveal an exact number about a protected table',
})
export class SourceReport {
  @Field(() => ID, { description: 'The id of its spoke: camden' }) spoke!: string
  @Field(() => [ID], { description: 'The tables that it was asked for' }) tables!: readonly string[]
  @Field(() => SourceStatusEnum, { description: 'How it answered' }) status!: string
  @Field(() => Float, {
    nullable: true,
    description: 'Rows that it sent, a whole number: after its own filters and groups. null if it did not say',
  })
  rows!: number | null
  @Field(() => Float, { nullable: true, description: 'Bytes that it sent, a whole number; null if it failed' }) bytes!: number | null
  @Field(() => Float, { description: 'Milliseconds from the request to its last part' }) elapsedMs!: number
  @Field(() => [OperatorEnum], { description: 'What the source did itself; the hub did the rest' }) pushedDown!: readonly string[]
  @Field(() => [String], { description: 'Columns of the stack that one of its tables lacks; they are null in its rows' })
  missingColumns!: readonly string[]
  @Field(() => DateTime, { nullable: true, description: 'When its data last changed; null if it does not say' }) asOf!: string | null
  @Field(() => SourceError, { nullable: true, description: 'Why it FAILED or TIMED_OUT; null otherwise' }) error!: SourceError | null
}

/** A count that may not be known. */
const count = (description: string) => Field(() => Float, { nullable: true, description })

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description:
    'What one join matched. Counted over the whole join, before having and limit, after TableInput.where and those top-level AND terms of ' +
    '`where` that name one side alone (INNER: either side; LEFT and ANTI: the left). A number is null where a source failed',
})
export class MatchReport {
  @Field(() => String, { description: 'The left side: its aliases, or its tables where it has none' }) left!: string
  @Field(() => String, { description: 'The right side: its alias, or its tables where it has none' }) right!: string
  @count('Rows of the join, a whole number like all others but the rates') joinedRows!: number | null
  @count('Rows of the left side') leftRows!: number | null
  @count('Rows of the left side that found a partner') leftMatched!: number | null
  @count('Rows of the left side of which a key is null') leftNullKeys!: number | null
  @count('Distinct keys of the left side, without null and damaged ones') leftKeys!: number | null
  @count('leftMatched ÷ leftRows, from 0 to 1; null without rows') leftRate!: number | null
  @count('Rows of the right side') rightRows!: number | null
  @count('Rows of the right side that found a partner') rightMatched!: number | null
  @count('Rows of the right side of which a key is null') rightNullKeys!: number | null
  @count('Distinct keys of the right side, without null and damaged ones') rightKeys!: number | null
  @count('rightMatched ÷ rightRows, from 0 to 1; null without rows') rightRate!: number | null
  @count('Distinct keys that both sides have') matchedKeys!: number | null
  @count(
    'Rows of the left side whose key a spreadsheet damaged (1.00E+11), or that is no such thing as `normalise` says: joined with nothing',
  )
  leftDamagedKeys!: number | null
  @count('The same of the right side') rightDamagedKeys!: number | null
  @count('Rows that one key became, at most; null for ANTI') largestFanOut!: number | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A reason why the rows may mislead, for instance a copy older than its file' })
export class Warning {
  @Field(() => String, {
    description:
      'STALE_COPY: the rows of a table are older than its file, which cannot be read now; the source’s asOf gives their time. ' +
      'DEEP_PAGE: the sources read all rows that the offset skips. PARTNERS_UNKNOWN: a source on the right of a LEFT or ANTI join did not ' +
      'answer, so rows that seem to have no partner may have one. COLUMN_MISSING: a table of a stack has no such column, so all its rows ' +
      'have null in it. DAY_ASSUMED: no value shows whether the day or the month of these dates comes first. NOT_WGS84: coordinates are ' +
      'not longitudes and latitudes, so no filter of places finds them. TOTALS_SET_ASIDE: rows of a table that are sums of its others are ' +
      'not among its rows. TOTAL_AMONG_ROWS: a row that looks like a total of the others is among its rows',
  })
  code!: string
  @Field(() => String, { description: 'What happened and why' }) message!: string
  @Field(() => ID, { nullable: true, description: 'The table concerned; null if the warning concerns the whole answer' }) table!:
    string | null
  @Field(() => String, { nullable: true, description: 'The column concerned; null if the warning concerns whole rows' }) column!:
    string | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'The answer of a query as a file' })
export class Download {
  @Field(() => String, { description: 'csv, ndjson, parquet, xlsx or arrow; geojson where a GEOMETRY column is selected' }) format!: string
  @Field(() => String, { description: 'Where it is: a GET with the same authorisation as the query' }) url!: string
}

@Directive('@public')
@Directive('@audit')
@ObjectType({ simpleResolvers: true, description: 'The answer of a query: its rows, and what is to be known about them' })
export class ResultSet {
  @Field(() => ID, {
    description: 'A UUID (RFC 9562) of this run of the query. Errors give it too, as extensions.transaction: name it when you report one',
  })
  transaction!: string
  @Field(() => Int, { description: 'Rows of this page; at most the limit' }) rowCount!: number
  @Field(() => Boolean, { description: 'Whether more rows exist beyond limit, or a source stopped early' }) truncated!: boolean
  @Field(() => Boolean, { description: 'false when a source failed under PARTIAL: rows are missing, and `sources` says whose' })
  complete!: boolean
  @Field(() => [ColumnAccess], {
    description: 'Columns left out because `select` was absent and the viewer may not see them; hidden ones are never listed',
  })
  withheld!: readonly ColumnAccess[]
  @Field(() => [SourceReport], { description: 'How each source answered. One that is asked in several stages is listed for each' })
  sources!: readonly SourceReport[]
  @Field(() => [MatchReport], { description: 'What each join matched, in the order of the joins' }) matches!: readonly MatchReport[]
  @Field(() => [Warning], { description: 'Reasons why the rows may mislead' })
  warnings!: readonly Warning[]
  @Field(() => String, {
    nullable: true,
    description:
      'Changes when the content of any source changes; null if a source has no version. Pages have no gaps or repeats while it stays ' +
      'the same',
  })
  version!: string | null
  @Field(() => Receipt, {
    nullable: true,
    description:
      'Proof that the query was in the audit log before anything was read: keep it, and verify it offline. null where the hub only counts anonymous ' +
      'reads of open data',
  })
  receipt!: Receipt | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'The part of a query that one source would be asked for' })
export class PlanFragment {
  @Field(() => ID, { description: 'The id of its spoke: camden' }) spoke!: string
  @Field(() => String, { description: 'The kind of source: spoke, files, postgres or mysql' }) connector!: string
  @Field(() => [ID], { description: 'The tables that it would read' }) tables!: readonly string[]
  @Field(() => [String], { description: 'Columns of the stack that one of its tables lacks; they are null in its rows' })
  missingColumns!: readonly string[]
  @Field(() => String, { description: 'What the source would run, in its own language, such as SQL; without the keys of joins' })
  native!: string
  @Field(() => [OperatorEnum], { description: 'What the source would do itself' }) pushedDown!: readonly string[]
  @Field(() => [OperatorEnum], { description: 'What it leaves to the hub' }) left!: readonly string[]
  @Field(() => Float, { nullable: true, description: 'A guess at the rows that it would send; null where nothing is known' })
  estimatedRows!: number | null
  @Field(() => Int, { description: 'From 1. Fragments of one stage run side by side; a later one may wait for the keys of an earlier one' })
  stage!: number
  @Field(() => String, { nullable: true, description: 'Why it waits for keys, or what it counts; null where it only answers rows' })
  why!: string | null
}

@Directive('@public')
@Directive('@audit')
@ObjectType({ simpleResolvers: true, description: 'How a query would be run' })
export class Plan {
  @Field(() => String, {
    description: 'The whole query as an indented tree, for people: each operator above its inputs; $0 … $n are columns below it',
  })
  text!: string
  @Field(() => Receipt, { nullable: true, description: 'Proof that it is in the audit log that this was explained; null as in ResultSet' })
  receipt!: Receipt | null
  @Field(() => [PlanFragment], { description: 'The parts of the sources' }) fragments!: readonly PlanFragment[]
  @Field(() => String, { description: 'The part of the hub as such a tree, over the answers of the fragments' }) residual!: string
}
