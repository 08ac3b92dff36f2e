import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql'
import { AccessEnum, ColumnTypeEnum, DatasetStatusEnum, SensitivityEnum } from '../enums.js'
import { DateTime, Iri } from '../scalars.js'
import { Node } from './node.js'
import { PageInfo } from './page.js'

// A resolver returns the catalogue's row itself; these classes select the fields that are in the graph. Fields that need a look-up are in
// resolvers/.

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A publisher of data, such as a borough (foaf:Agent, the range of dct:publisher)' })
export class Organisation {
  @Field(() => ID, { description: 'As the hub’s operator set it, by default the name in kebab-case: london-borough-of-camden' }) id!: string
  @Field(() => String, { description: 'Its full name: London Borough of Camden' }) name!: string
  @Field(() => String, {
    nullable: true,
    description: 'The ONS code (GSS) of the authority: E09000007; null for an organisation that has none',
  })
  gss!: string | null
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'A connection to an organisation’s data: a source that the hub reads directly, or a spoke process',
})
export class Spoke {
  @Field(() => ID, { description: 'The first part of the ids of its datasets and tables: camden' }) id!: string
  @Field(() => String, { description: 'By default the name of its organisation' }) title!: string
  @Field(() => String, { description: 'The kind of source: spoke, files, postgres or mysql' }) connector!: string
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'The terms on which a dataset may be used (dct:license)' })
export class Licence {
  @Field(() => String, { nullable: true, description: 'A short name, such as OGL-UK-3.0 of SPDX; null if the publisher gives none' })
  id?: string | undefined
  @Field(() => String, { description: 'As published: Open Government Licence v3.0' }) title!: string
  @Field(() => Iri, { nullable: true, description: 'Where its text is; null if the publisher does not say' }) url?: string | undefined
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description:
    'Data that one organisation publishes under one title: dcat:Dataset of DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/#Class:Dataset)',
})
export class Dataset {
  @Field(() => ID, { description: 'The spoke and the dataset’s own name: camden/libraries. It stays the same from harvest to harvest' })
  id!: string
  @Field(() => String, { description: 'As published, else made from its name; never empty (dct:title)' }) title!: string
  @Field(() => String, { nullable: true, description: 'Text for people, as published; null if there is none (dct:description)' })
  description!: string | null
  @Field(() => [String], { description: 'Broad subjects, as published: Environment; may be empty (dcat:theme)' }) themes!: string[]
  @Field(() => [String], { description: 'Words to find it by, as published; may be empty (dcat:keyword)' }) keywords!: string[]
  @Field(() => Licence, { nullable: true, description: 'null if the publisher names none: then ask before you use the data (dct:license)' })
  licence!: Licence | null
  @Field(() => AccessEnum, { description: 'Who may read its rows (dct:accessRights)' }) access!: string
  @Field(() => DateTime, { nullable: true, description: 'When it was first published; null if not known (dct:issued)' })
  issued!: Date | null
  @Field(() => DateTime, { nullable: true, description: 'When its data last changed at its source; null if not known (dct:modified)' })
  modified!: Date | null
  @Field(() => String, {
    nullable: true,
    description: 'How often it is updated, in the publisher’s words: annual; null if not known (dct:accrualPeriodicity)',
  })
  frequency!: string | null
  @Field(() => Iri, { nullable: true, description: 'The publisher’s own page about it; null if there is none (dcat:landingPage)' })
  landingPage!: string | null
  @Field(() => DatasetStatusEnum, { description: 'Whether its source still has it' }) status!: string
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description:
    'One form of a dataset, such as its CSV file: dcat:Distribution of DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/#Class:Distribution)',
})
export class Distribution {
  @Field(() => ID, { description: 'The dataset’s id and the distribution’s own name: camden/libraries/csv' }) id!: string
  @Field(() => String, { nullable: true, description: 'As published; null if it has none (dct:title)' }) title!: string | null
  @Field(() => String, { nullable: true, description: 'A short name in lower case: csv, geojson, xlsx; null if not known (dct:format)' })
  format!: string | null
  @Field(() => String, { nullable: true, description: 'The IANA media type: text/csv; null if not known (dcat:mediaType)' })
  mediaType!: string | null
  @Field(() => Iri, { nullable: true, description: 'A page or service that gives access; null if there is none (dcat:accessURL)' })
  accessUrl!: string | null
  @Field(() => Iri, { nullable: true, description: 'The file itself at its publisher; null if it is not published (dcat:downloadURL)' })
  downloadUrl!: string | null
  @Field(() => Float, {
    nullable: true,
    description: 'Bytes, a whole number; null unless the viewer may read all that the file holds (dcat:byteSize)',
  })
  byteSize!: number | null
  @Field(() => String, {
    nullable: true,
    description: 'SHA-256, lower-case hexadecimal; null unless the viewer may read all that the file holds (spdx:checksum)',
  })
  checksum!: string | null
  @Field(() => DateTime, { nullable: true, description: 'When the file last changed; null if not known (dct:modified)' })
  modified!: Date | null
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'The tabular content of a distribution: what `query` reads. A workbook has one for each sheet that holds a table',
})
export class Table {
  @Field(() => ID, { description: 'The dataset’s id and the table’s own name, for TableInput.table: camden/libraries/libraries' })
  id!: string
  @Field(() => String, { description: 'As its source calls it: the name of the sheet, or of the file without its ending' }) name!: string
  @Field(() => String, { description: 'For people; its name where it has no other' }) title!: string
  @Field(() => [String], { description: 'The columns of its primary key, as its source reports it; empty if it reports none' })
  primaryKey!: string[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'Columns whose values refer to rows of another table' })
export class ForeignKey {
  @Field(() => [String], { description: 'Names of columns of this table, one or more' }) columns!: string[]
  @Field(() => Table, { description: 'The other table, at the same spoke' }) table!: Table
  @Field(() => [String], { description: 'The columns of that table, in the same order' }) references!: string[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A column of a table, as it was harvested' })
export class Column {
  @Field(() => String, {
    description: 'As published, trimmed; case-sensitive and unique in its table. It may hold spaces and hyphens: Polling place - name',
  })
  name!: string
  @Field(() => String, { description: 'For people; its name where it has no other' }) title!: string
  @Field(() => ColumnTypeEnum, { description: 'The type of its values in results' }) type!: string
  @Field(() => String, {
    nullable: true,
    description: 'What the values are, in capitals: UPRN, POSTCODE, EASTING, MONEY; null if not recognised. It never changes the type',
  })
  semanticType!: string | null
  @Field(() => Boolean, { description: 'Whether a row may lack a value' }) nullable!: boolean
  @Field(() => String, { nullable: true, description: 'The publisher’s own words; null if there are none' }) description!: string | null
  @Field(() => String, { nullable: true, description: 'The unit of its numbers, in the publisher’s words: µg/m3; null if not known' })
  unit!: string | null
  @Field(() => SensitivityEnum, { description: 'Whether it tells about persons' }) sensitivity!: string
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A dataset at its place in a list' })
export class DatasetEdge {
  @Field(() => String, { description: 'Its place, for `after` or `before`. Opaque: only this list understands it' }) cursor!: string
  @Field(() => Dataset, { description: 'The dataset' }) node!: Dataset
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description: 'A page of datasets, by id in binary order: a Cursor Connection (https://relay.dev/graphql/connections.htm)',
})
export class DatasetConnection {
  @Field(() => [Dataset], { description: 'The datasets of the page: the same as those of `edges`' }) nodes!: Dataset[]
  @Field(() => [DatasetEdge], { description: 'The datasets of the page with their cursors' }) edges!: DatasetEdge[]
  @Field(() => PageInfo, { description: 'What lies before and after the page' }) pageInfo!: PageInfo
  @Field(() => Int, { description: 'How many the whole list has, of those that the viewer may see' }) totalCount!: number
}
