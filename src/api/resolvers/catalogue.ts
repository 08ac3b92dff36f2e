import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql'
import { listOrganisations, listSpokes } from '../../catalogue/catalogue-lists.js'
import type { ColumnRow, DatasetRow, DatasetStatus, HarvestRunRow, OrganisationRow, SpokeRow, TableRow } from '../../catalogue/rows.js'
import type { Context } from '../context.js'
import { SpokeStatusEnum } from '../enums.js'
import { Iri } from '../scalars.js'
import {
  Column,
  ColumnProfile,
  Dataset,
  DatasetConnection,
  Distribution,
  ForeignKey,
  HarvestProblem,
  HarvestRun,
  Organisation,
  Spoke,
  Table,
} from '../types/catalogue.js'
import { DatasetFilter } from '../types/inputs.js'

@Resolver(() => Organisation)
export class OrganisationResolver {
  @Directive('@public')
  @Query(() => [Organisation])
  organisations(@Ctx() { knex }: Context) {
    return listOrganisations(knex)
  }

  @FieldResolver(() => [Spoke])
  spokes(@Root() { id }: OrganisationRow, @Ctx() { loaders }: Context) {
    return loaders.spokesOfOrganisation.load(id)
  }
}

@Resolver(() => Spoke)
export class SpokeResolver {
  @Directive('@public')
  @Query(() => [Spoke])
  spokes(@Ctx() { knex }: Context) {
    return listSpokes(knex)
  }

  @Directive('@public')
  @Query(() => Spoke, { nullable: true })
  spoke(@Arg('id', () => ID) id: string, @Ctx() { loaders }: Context) {
    return loaders.spoke.load(id)
  }

  @FieldResolver(() => Organisation)
  organisation(@Root() { organisationId }: SpokeRow, @Ctx() { loaders }: Context) {
    return loaders.organisation.load(organisationId)
  }

  @FieldResolver(() => SpokeStatusEnum)
  status(@Root() { id }: SpokeRow, @Ctx() { statusOf }: Context) {
    return statusOf(id)
  }

  @FieldResolver(() => HarvestRun, { nullable: true })
  lastHarvest(@Root() { id }: SpokeRow, @Ctx() { loaders }: Context) {
    return loaders.lastHarvestOfSpoke.load(id)
  }

  @FieldResolver(() => DatasetConnection)
  datasets(
    @Root() { id }: SpokeRow,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { loaders }: Context,
  ) {
    return loaders.datasetPage.load({ spokes: [id], first: first ?? 20, after })
  }
}

@Resolver(() => HarvestRun)
export class HarvestRunResolver {
  @FieldResolver(() => Spoke)
  spoke(@Root() { spokeId }: HarvestRunRow, @Ctx() { loaders }: Context) {
    return loaders.spoke.load(spokeId)
  }

  @FieldResolver(() => [HarvestProblem])
  problems(
    @Root() { id }: HarvestRunRow,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Ctx() { loaders }: Context,
  ) {
    return loaders.problemsOfRun.load({ runId: id, first: first ?? 20 })
  }
}

@Resolver(() => Dataset)
export class DatasetResolver {
  @Directive('@public')
  @Query(() => DatasetConnection)
  datasets(
    @Arg('filter', () => DatasetFilter, { nullable: true }) filter: DatasetFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { loaders }: Context,
  ) {
    const status = filter?.status as DatasetStatus[] | undefined
    return loaders.datasetPage.load({ spokes: filter?.spokes, status, modifiedAfter: filter?.modifiedAfter, first: first ?? 20, after })
  }

  @Directive('@public')
  @Query(() => Dataset, { nullable: true })
  dataset(@Arg('id', () => ID) id: string, @Ctx() { loaders }: Context) {
    return loaders.dataset.load(id)
  }

  @FieldResolver(() => Iri)
  iri(@Root() { id }: DatasetRow, @Ctx() { baseUrl }: Context) {
    return `${baseUrl}/datasets/${id}`
  }

  @FieldResolver(() => Organisation)
  publisher(@Root() { organisationId }: DatasetRow, @Ctx() { loaders }: Context) {
    return loaders.organisation.load(organisationId)
  }

  @FieldResolver(() => Spoke)
  spoke(@Root() { spokeId }: DatasetRow, @Ctx() { loaders }: Context) {
    return loaders.spoke.load(spokeId)
  }

  @FieldResolver(() => [Distribution])
  distributions(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context) {
    return loaders.distributionsOfDataset.load(id)
  }

  @FieldResolver(() => [Table])
  tables(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context) {
    return loaders.tablesOfDataset.load(id)
  }
}

@Resolver(() => Table)
export class TableResolver {
  @Directive('@public')
  @Query(() => Table, { nullable: true })
  table(@Arg('id', () => ID) id: string, @Ctx() { loaders }: Context) {
    return loaders.table.load(id)
  }

  @FieldResolver(() => Dataset)
  dataset(@Root() { datasetId }: TableRow, @Ctx() { loaders }: Context) {
    return loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => [Column])
  columns(@Root() { id }: TableRow, @Ctx() { loaders }: Context) {
    return loaders.columnsOfTable.load(id)
  }

  @FieldResolver(() => [ForeignKey], { description: 'As its source reports them; only those to tables that the viewer may see' })
  async foreignKeys(@Root() { id, foreignKeys }: TableRow, @Ctx() { loaders }: Context) {
    const spokeId = id.slice(0, id.indexOf('/'))
    const tables = await loaders.table.loadAll(foreignKeys.map((key) => `${spokeId}/${key.table}`))
    return foreignKeys.flatMap(({ columns, references }, at) => (tables[at] ? [{ columns, table: tables[at], references }] : []))
  }

  @FieldResolver(() => [String])
  problems(@Root() { problems }: TableRow, @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null) {
    return problems.slice(0, Math.max(0, first ?? 20))
  }
}

@Resolver(() => Column)
export class ColumnResolver {
  @FieldResolver(() => ColumnProfile, { nullable: true })
  async profile(@Root() { tableId, position }: ColumnRow, @Ctx() { loaders }: Context) {
    const profiles = await loaders.profilesOfTable.load(tableId)
    return profiles.find((one) => one.position === position)?.profile ?? null
  }
}
