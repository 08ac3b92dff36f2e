import { Directive, Field, ID, Int, ObjectType } from 'type-graphql'
import { HarvestStatusEnum } from '../enums.js'
import { DateTime } from '../scalars.js'

/** A number of datasets. */
const datasets = (description: string) => Field(() => Int, { description })

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description:
    'One reading of a spoke’s catalogue, and what it changed: of all datasets for the operator and the spoke’s organisation, of those that are ' +
    'listed to everybody for others',
})
export class HarvestRun {
  @Field(() => ID, { description: 'A number that grows from run to run: 42' }) id!: number
  @Field(() => DateTime, { description: 'When it began' }) startedAt!: Date
  @Field(() => DateTime, { nullable: true, description: 'When it ended; null while it is RUNNING' }) finishedAt!: Date | null
  @Field(() => HarvestStatusEnum, { description: 'How it ended, or RUNNING' }) status!: string
  @datasets('Datasets that the catalogue did not have') created!: number
  @datasets('Datasets whose description has changed') updated!: number
  @datasets('Datasets that are as they were') unchanged!: number
  @datasets('Datasets that the source no longer has: MISSING from now on, and ARCHIVED after their days of grace') removed!: number
  @datasets('Records of the source that could not be read; `problems` says why') failed!: number
  @Field(() => String, { nullable: true, description: 'Why it is not COMPLETE; null where it is' }) error!: string | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A record of a source that could not be read, or only in part' })
export class HarvestProblem {
  @Field(() => String, {
    nullable: true,
    description: 'The source’s own name of the record, such as a file’s; null if it has none or the viewer may not see it',
  })
  sourceId!: string | null
  @Field(() => String, { description: 'What is wrong and how to mend it, for people' }) message!: string
}
