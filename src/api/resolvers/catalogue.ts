import { Arg, Args, Ctx, Directive, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql'
import { listOrganisations, listSpokes } from '../../catalogue/catalogue-lists.js'
import type { ColumnRow, DatasetRow, HarvestRunRow, OrganisationRow, SpokeRow, TableRow } from '../../catalogue/rows.js'
import type { Context } from '../context.js'
import { SpokeStatusEnum } from '../enums.js'
import { Iri } from '../scalars.js'
import { Column, Dataset, DatasetConnection, Distribution, ForeignKey, Organisation, Spoke, Table } from '../types/catalogue.js'
import { DatasetFilter } from '../types/dataset-filter.js'
import { DatasetPlace } from '../types/page.js'
import { HarvestProblem, HarvestRun } from '../types/harvest.js'
import { ColumnProfile } from '../types/profile.js'
import { checkKnown } from './check-known.js'
import { meantOtherwise } from './meant-otherwise.js'

@Resolver(() => Organisation)
export class OrganisationResolver {
  @Directive('@public')
  @Query(() => [Organisation], { description: 'Every organisation that has a spoke, by name' })
  organisations(@Ctx() { knex }: Context) {
    return listOrganisations(knex)
  }

  @FieldResolver(() => [Spoke], { description: 'Its spokes, in the order of the hub’s configuration' })
  spokes(@Root() { id }: OrganisationRow, @Ctx() { loaders }: Context) {
    return loaders.spokesOfOrganisation.load(id)
  }
}

@Resolver(() => Spoke)
export class SpokeResolver {
  @Directive('@public')
  @Query(() => [Spoke], { description: 'Every spoke, in the order of the hub’s configuration' })
  spokes(@Ctx() { knex }: Context) {
    return listSpokes(knex)
  }

  @Directive('@public')
  @Query(() => Spoke, {
    nullable: true,
    description: 'null if there is none of this id. The id of another kind of thing is refused with what it means',
  })
  async spoke(@Arg('id', () => ID, { description: 'As Spoke.id: camden' }) id: string, @Ctx() { loaders }: Context) {
    return (await loaders.spoke.load(id)) ?? meantOtherwise(id, 'Spoke', loaders)
  }

  @FieldResolver(() => Organisation, { description: 'Whose data it is' })
  organisation(@Root() { organisationId }: SpokeRow, @Ctx() { loaders }: Context) {
    return loaders.organisation.load(organisationId)
  }

  @FieldResolver(() => SpokeStatusEnum, { description: 'Whether it answers now' })
  status(@Root() { id }: SpokeRow, @Ctx() { statusOf }: Context) {
    return statusOf(id)
  }

  @FieldResolver(() => HarvestRun, { nullable: true, description: 'The latest harvest, also while it is RUNNING; null before the first' })
  lastHarvest(@Root() { id }: SpokeRow, @Ctx() { loaders }: Context) {
    return loaders.lastHarvestOfSpoke.load(id)
  }

  @FieldResolver(() => DatasetConnection, { description: 'Its datasets that the viewer may see, without ARCHIVED ones' })
  datasets(@Root() { id }: SpokeRow, @Args(() => DatasetPlace) place: DatasetPlace, @Ctx() { loaders }: Context) {
    return loaders.datasetPage.load({ spokes: [id], ...place })
  }
}

@Resolver(() => HarvestRun)
export class HarvestRunResolver {
  @FieldResolver(() => Spoke, { description: 'What was harvested' })
  spoke(@Root() { spokeId }: HarvestRunRow, @Ctx() { loaders }: Context) {
    return loaders.spoke.load(spokeId)
  }

  @FieldResolver(() => [HarvestProblem], { description: 'What could not be read, of that which the viewer may see' })
  problems(
    @Root() { id }: HarvestRunRow,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'Problems at most, 0 to 100' }) first: number | null,
    @Ctx() { loaders }: Context,
  ) {
    return loaders.problemsOfRun.load({ runId: id, first: first ?? 20 })
  }
}

@Resolver(() => Dataset)
export class DatasetResolver {
  @Directive('@public')
  @Query(() => DatasetConnection, { description: 'The catalogue, of which a viewer sees what is listed to them, by id in binary order' })
  async datasets(
    @Arg('filter', () => DatasetFilter, { nullable: true, description: 'Absent: all that are ACTIVE or MISSING' })
    filter: DatasetFilter | null,
    @Args(() => DatasetPlace) place: DatasetPlace,
    @Ctx() { knex, loaders }: Context,
  ) {
    await checkKnown(knex, loaders, filter)
    return loaders.datasetPage.load({ ...filter, ...place })
  }

  @Directive('@public')
  @Query(() => Dataset, {
    nullable: true,
    description: 'null if there is none of this id that the viewer may see. The id of another kind of thing is refused with what it means',
  })
  async dataset(@Arg('id', () => ID, { description: 'As Dataset.id: camden/libraries' }) id: string, @Ctx() { loaders }: Context) {
    return (await loaders.dataset.load(id)) ?? meantOtherwise(id, 'Dataset', loaders)
  }

  @FieldResolver(() => Iri, { description: 'Its name on the web, under this hub’s address: https://hub.example/datasets/camden/libraries' })
  iri(@Root() { id }: DatasetRow, @Ctx() { baseUrl }: Context) {
    return `${baseUrl}/datasets/${id}`
  }

  @FieldResolver(() => Organisation, { description: 'Who publishes it (dct:publisher)' })
  publisher(@Root() { organisationId }: DatasetRow, @Ctx() { loaders }: Context) {
    return loaders.organisation.load(organisationId)
  }

  @FieldResolver(() => Spoke, { description: 'Where the hub reads it' })
  spoke(@Root() { spokeId }: DatasetRow, @Ctx() { loaders }: Context) {
    return loaders.spoke.load(spokeId)
  }

  @FieldResolver(() => [Distribution], { description: 'Its forms, in its source’s order; may be empty (dcat:distribution)' })
  distributions(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context) {
    return loaders.distributionsOfDataset.load(id)
  }

  @FieldResolver(() => [Table], { description: 'Its tables, in its source’s order; empty if it has no tabular content that the hub reads' })
  tables(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context) {
    return loaders.tablesOfDataset.load(id)
  }
}

@Resolver(() => Table)
export class TableResolver {
  @Directive('@public')
  @Query(() => Table, {
    nullable: true,
    description: 'null if there is none of this id that the viewer may see. The id of another kind of thing is refused with what it means',
  })
  async table(@Arg('id', () => ID, { description: 'As Table.id: camden/libraries/libraries' }) id: string, @Ctx() { loaders }: Context) {
    return (await loaders.table.load(id)) ?? meantOtherwise(id, 'Table', loaders)
  }

  @FieldResolver(() => Dataset, { description: 'What it is part of' })
  dataset(@Root() { datasetId }: TableRow, @Ctx() { loaders }: Context) {
    return loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'A whole number, of the last harvest; null unless the viewer may read the table, and where its source does not count. Of a CLOSED table ' +
      'its spoke counts for its own organisation alone, at this moment; null where it does not answer',
  })
  rowCount(@Root() { id, rowCount, isCountedBySpoke }: TableRow, @Ctx() { ownRowCounts }: Context) {
    return rowCount === null && isCountedBySpoke === true ? ownRowCounts.load(id) : rowCount
  }

  @FieldResolver(() => [Column], { description: 'As published, in its source’s order' })
  columns(@Root() { id }: TableRow, @Ctx() { loaders }: Context) {
    return loaders.columnsOfTable.load(id)
  }

  @FieldResolver(() => [ForeignKey], { description: 'As its source reports them; only those to tables that the viewer may see' })
  async foreignKeys(@Root() { id, foreignKeys }: TableRow, @Ctx() { loaders }: Context) {
    const spokeId = id.slice(0, id.indexOf('/'))
    const tables = await loaders.table.loadAll(foreignKeys.map((key) => `${spokeId}/${key.table}`))
    return foreignKeys.flatMap(({ columns, references }, at) => (tables[at] ? [{ columns, table: tables[at], references }] : []))
  }

  @FieldResolver(() => [String], { description: 'What could not be read or decided, for people; only for those who may read the rows' })
  problems(
    @Root() { problems }: TableRow,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'Problems at most; a table tells up to 100' })
    first: number | null,
  ) {
    return problems.slice(0, Math.max(0, first ?? 20))
  }
}

@Resolver(() => Column)
export class ColumnResolver {
  @FieldResolver(() => ColumnProfile, {
    nullable: true,
    description:
      'Statistics of its values; null unless the dataset is OPEN and the column tells nothing about persons, and where its source makes none',
  })
  async profile(@Root() { tableId, position }: ColumnRow, @Ctx() { loaders }: Context) {
    const profiles = await loaders.profilesOfTable.load(tableId)
    return profiles.find((one) => one.position === position)?.profile ?? null
  }
}
