import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql'
import { AccessEnum, ColumnTypeEnum, DatasetStatusEnum, HarvestStatusEnum, SensitivityEnum } from '../enums.js'
import { DateTime, Iri, Value } from '../scalars.js'

// A resolver returns the catalogue's row itself; these classes select the fields that are in the graph. Fields that need a look-up are in
// resolvers/.

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class Organisation {
  @Field(() => ID) id!: string
  @Field(() => String) name!: string
  @Field(() => String, { nullable: true, description: 'The ONS code of the authority' }) gss!: string | null
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description: 'A connection to an organisation’s data: a source that the hub reads directly, or a spoke process',
})
export class Spoke {
  @Field(() => ID) id!: string
  @Field(() => String) title!: string
  @Field(() => String) connector!: string
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description:
    'What a harvest changed: of all datasets for the operator and the spoke’s organisation, of those that are listed to everybody for others',
})
export class HarvestRun {
  @Field(() => ID) id!: number
  @Field(() => DateTime) startedAt!: Date
  @Field(() => DateTime, { nullable: true }) finishedAt!: Date | null
  @Field(() => HarvestStatusEnum) status!: string
  @Field(() => Int) created!: number
  @Field(() => Int) updated!: number
  @Field(() => Int) unchanged!: number
  @Field(() => Int) removed!: number
  @Field(() => Int) failed!: number
  @Field(() => String, { nullable: true }) error!: string | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class HarvestProblem {
  @Field(() => String, { nullable: true }) sourceId!: string | null
  @Field(() => String) message!: string
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class Licence {
  @Field(() => String, { nullable: true }) id?: string | undefined
  @Field(() => String) title!: string
  @Field(() => Iri, { nullable: true }) url?: string | undefined
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'DCAT 3 Dataset' })
export class Dataset {
  @Field(() => ID) id!: string
  @Field(() => String) title!: string
  @Field(() => String, { nullable: true }) description!: string | null
  @Field(() => [String]) themes!: string[]
  @Field(() => [String]) keywords!: string[]
  @Field(() => Licence, { nullable: true }) licence!: Licence | null
  @Field(() => AccessEnum) access!: string
  @Field(() => DateTime, { nullable: true }) issued!: Date | null
  @Field(() => DateTime, { nullable: true }) modified!: Date | null
  @Field(() => String, { nullable: true }) frequency!: string | null
  @Field(() => Iri, { nullable: true }) landingPage!: string | null
  @Field(() => DatasetStatusEnum) status!: string
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'DCAT 3 Distribution' })
export class Distribution {
  @Field(() => ID) id!: string
  @Field(() => String, { nullable: true }) title!: string | null
  @Field(() => String, { nullable: true }) format!: string | null
  @Field(() => String, { nullable: true }) mediaType!: string | null
  @Field(() => Iri, { nullable: true }) accessUrl!: string | null
  @Field(() => Iri, { nullable: true }) downloadUrl!: string | null
  @Field(() => Float, { nullable: true, description: 'Bytes; null unless the viewer may read all that the file holds' }) byteSize!:
    number | null
  @Field(() => String, { nullable: true, description: 'SHA-256, hexadecimal; null unless the viewer may read all that the file holds' })
  checksum!: string | null
  @Field(() => DateTime, { nullable: true }) modified!: Date | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'The tabular content of a distribution' })
export class Table {
  @Field(() => ID) id!: string
  @Field(() => String) name!: string
  @Field(() => String) title!: string
  @Field(() => Float, { nullable: true, description: 'null unless the viewer may read the table' }) rowCount!: number | null
  @Field(() => [String], { description: 'The columns of its primary key, as its source reports it; empty if it reports none' })
  primaryKey!: string[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'Columns whose values refer to rows of another table' })
export class ForeignKey {
  @Field(() => [String]) columns!: string[]
  @Field(() => Table) table!: Table
  @Field(() => [String], { description: 'The columns of that table, in the same order' }) references!: string[]
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description: 'name: as published, trimmed, unique in its table (published names hold spaces and hyphens)',
})
export class Column {
  @Field(() => String) name!: string
  @Field(() => String) title!: string
  @Field(() => ColumnTypeEnum) type!: string
  @Field(() => String, { nullable: true }) semanticType!: string | null
  @Field(() => Boolean) nullable!: boolean
  @Field(() => String, { nullable: true }) description!: string | null
  @Field(() => String, { nullable: true }) unit!: string | null
  @Field(() => SensitivityEnum) sensitivity!: string
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class ValueCount {
  @Field(() => Value, { nullable: true }) value!: unknown
  @Field(() => Float) count!: number
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class HistogramBin {
  @Field(() => Value) from!: unknown
  @Field(() => Value) to!: unknown
  @Field(() => Float) count!: number
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'Never made from personal columns, nor shown for closed tables' })
export class ColumnProfile {
  @Field(() => Float) nullRatio!: number
  @Field(() => Float, { nullable: true, description: 'Exact for up to 100,000 rows, else an estimate' }) distinctCount?: number
  @Field(() => Value, { nullable: true }) min?: unknown
  @Field(() => Value, { nullable: true }) max?: unknown
  @Field(() => [ValueCount]) topValues!: ValueCount[]
  @Field(() => [HistogramBin], {
    description: 'Bins of integers and dates include both ends; other bins include their upper end, and the first bin also the minimum',
  })
  histogram!: HistogramBin[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean) hasNextPage!: boolean
  @Field(() => Boolean) hasPreviousPage!: boolean
  @Field(() => String, { nullable: true }) startCursor!: string | null
  @Field(() => String, { nullable: true }) endCursor!: string | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class DatasetEdge {
  @Field(() => String) cursor!: string
  @Field(() => Dataset) node!: Dataset
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class DatasetConnection {
  @Field(() => [Dataset]) nodes!: Dataset[]
  @Field(() => [DatasetEdge]) edges!: DatasetEdge[]
  @Field(() => PageInfo) pageInfo!: PageInfo
  @Field(() => Int) totalCount!: number
}
