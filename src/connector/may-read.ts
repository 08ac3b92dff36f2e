import type { Access, DatasetDescription } from './catalogue.js'
import type { Sensitivity } from './column.js'

/** What decides who may read a dataset. */
export interface Guarded {
  readonly access: Access
  readonly sharedWith: readonly string[]
  /** The organisation whose data it is. Undefined where that is not known: then nobody reads it as its own. */
  readonly owner: string | undefined
  /** Whether its spoke lets its own organisation read the columns that identify people. */
  readonly ownerReadsPersonal: boolean
}

/** How much of a dataset somebody may read: all of it, the columns that identify nobody, or nothing. */
export type Readable = 'ALL' | 'OPEN_COLUMNS' | 'NOTHING'

/**
 * The one function that decides who may read what. Hub and spoke both call it, each with what it knows itself.
 * @param organisation that the viewer speaks for.
 */
export function readableBy({ access, sharedWith, owner, ownerReadsPersonal }: Guarded, organisation: string | undefined): Readable {
  const isOwner = organisation !== undefined && organisation === owner
  if (isOwner) return ownerReadsPersonal ? 'ALL' : 'OPEN_COLUMNS'
  const isShared = access === 'SHARED' && organisation !== undefined && sharedWith.includes(organisation)
  return access === 'OPEN' || isShared ? 'OPEN_COLUMNS' : 'NOTHING'
}

/** Whether a column may be read by somebody who may read so much of its dataset. */
export function mayReadColumn(readable: Readable, sensitivity: Sensitivity): boolean {
  return readable === 'ALL' || (readable === 'OPEN_COLUMNS' && sensitivity === 'NONE')
}

/**
 * Whether a viewer may read all that a dataset's files hold. Who may not is told nothing that depends on the whole content: a checksum, a
 * size or a version of guessable content tells the content, to anybody who tries all guesses.
 * @param dataset.isWhole whether none of its columns is withheld from everybody.
 */
export function mayReadWhole(dataset: Guarded & { readonly isWhole: boolean }, organisation: string | undefined): boolean {
  const readable = readableBy(dataset, organisation)
  return readable === 'ALL' || (readable === 'OPEN_COLUMNS' && dataset.isWhole)
}

function isWhole({ tables }: DatasetDescription): boolean {
  return tables.every(({ columns }) => columns.every(({ sensitivity }) => sensitivity === 'NONE'))
}

/**
 * A dataset without what its organisation alone may be told, if anybody, so that this never leaves its source, nor enters the catalogue.
 */
export function withoutShadows(dataset: DatasetDescription): DatasetDescription {
  const isClosed = dataset.access === 'CLOSED'
  if (!isClosed && isWhole(dataset)) return dataset
  return {
    ...dataset,
    distributions: dataset.distributions.map(({ byteSize: _bytes, checksum: _checksum, ...told }) => told),
    tables: dataset.tables.map(({ version: _version, rowCount, ...told }) => ({
      ...told,
      ...(isClosed || rowCount === undefined ? {} : { rowCount }),
    })),
  }
}
