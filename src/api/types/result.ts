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

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A reason why the rows may mislead, for instance a copy older than its file' })
export class Warning {
  @Field(() => String, {
    description:
      'STALE_COPY: the rows of a table are older than its file, which cannot be read now; the source’s asOf gives their time. ' +
      'DEEP_PAGE: the sources read all rows that the offset skips',
  })
  code!: string
  @Field(() => String, { description: 'What happened and why' }) message!: string
  @Field(() => ID, { nullable: true, description: 'The table concerned; null if the warning concerns the whole answer' }) table!:
    string | null
  @Field(() => String, { nullable: true, description: 'The column concerned; null if the warning concerns whole rows' }) column!:
    string | null
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
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class Plan {
  @Field(() => String) text!: string
  @Field(() => [PlanFragment]) fragments!: readonly PlanFragment[]
  @Field(() => String) residual!: string
}
