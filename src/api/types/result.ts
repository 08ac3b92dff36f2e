import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql'
import { ColumnTypeEnum, DecisionEnum, EncodingEnum, ErrorCodeEnum, OperatorEnum, SourceStatusEnum } from '../enums.js'
import { DateTime } from '../scalars.js'

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class ColumnAccess {
  @Field(() => String) column!: string
  @Field(() => DecisionEnum) decision!: string
  @Field(() => [String]) obligations!: readonly string[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class ResultColumn {
  @Field(() => String) name!: string
  @Field(() => ColumnTypeEnum) type!: string
  @Field(() => EncodingEnum) encoding!: string
  @Field(() => String, { nullable: true }) semanticType!: string | null
  @Field(() => ID, { nullable: true }) table!: string | null
  @Field(() => String, { nullable: true }) unit!: string | null
  @Field(() => DecisionEnum) decision!: string
  @Field(() => [String]) obligations!: readonly string[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class SourceError {
  @Field(() => ErrorCodeEnum) code!: string
  @Field(() => String) message!: string
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'rows and bytes are null if they would reveal an exact number about a protected table' })
export class SourceReport {
  @Field(() => ID) spoke!: string
  @Field(() => [ID]) tables!: readonly string[]
  @Field(() => SourceStatusEnum) status!: string
  @Field(() => Float, { nullable: true }) rows!: number | null
  @Field(() => Float, { nullable: true }) bytes!: number | null
  @Field(() => Float) elapsedMs!: number
  @Field(() => [OperatorEnum]) pushedDown!: readonly string[]
  @Field(() => [String]) missingColumns!: readonly string[]
  @Field(() => DateTime, { nullable: true }) asOf!: string | null
  @Field(() => SourceError, { nullable: true }) error!: SourceError | null
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
  @count('Rows of the join') joinedRows!: number | null
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
      'have null in it. DAY_ASSUMED: no value shows whether the day or the month of these dates comes first',
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
@ObjectType({ simpleResolvers: true })
export class ResultSet {
  @Field(() => ID) transaction!: string
  @Field(() => Int) rowCount!: number
  @Field(() => Boolean, { description: 'More rows exist beyond limit' }) truncated!: boolean
  @Field(() => Boolean, { description: 'false when a source failed under PARTIAL' }) complete!: boolean
  @Field(() => [ColumnAccess], {
    description: 'Columns left out because `select` was absent and the viewer may not see them; hidden ones are never listed',
  })
  withheld!: readonly ColumnAccess[]
  @Field(() => [SourceReport]) sources!: readonly SourceReport[]
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
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class PlanFragment {
  @Field(() => ID) spoke!: string
  @Field(() => String) connector!: string
  @Field(() => [ID]) tables!: readonly string[]
  @Field(() => [String], { description: 'Columns of the stack that one of its tables lacks; they are null in its rows' })
  missingColumns!: readonly string[]
  @Field(() => String) native!: string
  @Field(() => [OperatorEnum]) pushedDown!: readonly string[]
  @Field(() => [OperatorEnum]) left!: readonly string[]
  @Field(() => Float, { nullable: true }) estimatedRows!: number | null
  @Field(() => Int, { description: 'From 1. Fragments of one stage run side by side; a later one may wait for the keys of an earlier one' })
  stage!: number
  @Field(() => String, { nullable: true, description: 'Why it waits for keys, or what it counts; null where it only answers rows' })
  why!: string | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class Plan {
  @Field(() => String) text!: string
  @Field(() => [PlanFragment]) fragments!: readonly PlanFragment[]
  @Field(() => String) residual!: string
}
