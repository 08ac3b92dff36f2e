import type { Knex } from 'knex'
import { type Guarded, mayReadWhole, readableBy } from '../connector/may-read.js'
import type { DistributionRow, TableRow } from './rows.js'

/** What decides who may read a dataset, and whether none of its columns is withheld from everybody. */
type Judged = Guarded & { readonly isWhole: boolean }

/** The same for `select`, with `datasets` and `spokes` joined. */
export const guardSelection = (knex: Knex) => ({
  access: 'datasets.access',
  sharedWith: 'datasets.shared_with',
  owner: 'spokes.organisation_id',
  ownerReadsPersonal: 'datasets.owner_reads_personal',
  isWhole: knex.raw(`not exists (select 1 from tables as own join columns on columns.table_id = own.id
    where own.dataset_id = datasets.id and columns.sensitivity <> 'NONE')`),
})

const withheldProblems = 'Problems of this table are told only to those who may read it.'

/** A table as a viewer may be told of it. Problems count and place rows, so they are told with the rows only. */
export const toldTable =
  (organisation: string | undefined) =>
  ({ access, sharedWith, owner, ownerReadsPersonal, isWhole, ...row }: TableRow & Judged): TableRow => {
    const judged = { access, sharedWith, owner, ownerReadsPersonal, isWhole }
    const isRead = readableBy(judged, organisation) !== 'NOTHING'
    return {
      ...row,
      rowCount: isRead ? row.rowCount : null,
      isCountedBySpoke: isRead && access === 'CLOSED',
      version: mayReadWhole(judged, organisation) ? row.version : null,
      problems: isRead || row.problems.length === 0 ? row.problems : [withheldProblems],
    }
  }

/** A distribution as a viewer may be told of it. */
export const toldDistribution =
  (organisation: string | undefined) =>
  ({ access, sharedWith, owner, ownerReadsPersonal, isWhole, ...row }: DistributionRow & Judged): DistributionRow =>
    mayReadWhole({ access, sharedWith, owner, ownerReadsPersonal, isWhole }, organisation)
      ? row
      : { ...row, byteSize: null, checksum: null }
