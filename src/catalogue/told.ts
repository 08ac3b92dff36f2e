import type { Knex } from 'knex'
import { type Guarded, mayRead, mayReadWhole } from '../connector/may-read.js'
import type { DistributionRow, TableRow } from './rows.js'

/** What decides who may read a dataset, for `select`, with `datasets` joined. */
export const guardSelection = (knex: Knex) => ({
  access: 'datasets.access',
  sharedWith: 'datasets.shared_with',
  isWhole: knex.raw(`not exists (select 1 from tables as own join columns on columns.table_id = own.id
    where own.dataset_id = datasets.id and columns.sensitivity <> 'NONE')`),
})

const withheldProblems = 'Problems of this table are told only to those who may read it.'

/** A table as a viewer may be told of it. Problems count and place rows, so they are told with the rows only. */
export const toldTable =
  (organisation: string | undefined) =>
  ({ access, sharedWith, isWhole, ...row }: TableRow & Guarded): TableRow => {
    const guarded = { access, sharedWith, isWhole }
    const isRead = mayRead(guarded, organisation)
    return {
      ...row,
      rowCount: isRead ? row.rowCount : null,
      version: mayReadWhole(guarded, organisation) ? row.version : null,
      problems: isRead || row.problems.length === 0 ? row.problems : [withheldProblems],
    }
  }

/** A distribution as a viewer may be told of it. */
export const toldDistribution =
  (organisation: string | undefined) =>
  ({ access, sharedWith, isWhole, ...row }: DistributionRow & Guarded): DistributionRow =>
    mayReadWhole({ access, sharedWith, isWhole }, organisation) ? row : { ...row, byteSize: null, checksum: null }
