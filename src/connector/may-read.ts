import type { Access, DatasetDescription } from './catalogue.js'

/** What decides who may read a dataset. */
export interface Guarded {
  readonly access: Access
  readonly sharedWith: readonly string[]
  /** Whether none of its columns is withheld from everybody. */
  readonly isWhole: boolean
}

/** Whether a viewer may read the open columns of a dataset. @param organisation that the viewer speaks for. */
export function mayRead({ access, sharedWith }: Pick<Guarded, 'access' | 'sharedWith'>, organisation: string | undefined): boolean {
  return access === 'OPEN' || (access === 'SHARED' && organisation !== undefined && sharedWith.includes(organisation))
}

/**
 * Whether a viewer may read all that a dataset's files hold. Who may not is told nothing that depends on the whole content: a checksum, a
 * size or a version of guessable content tells the content, to anybody who tries all guesses.
 */
export function mayReadWhole(dataset: Guarded, organisation: string | undefined): boolean {
  return dataset.isWhole && mayRead(dataset, organisation)
}

function isWhole({ tables }: DatasetDescription): boolean {
  return tables.every(({ columns }) => columns.every(({ sensitivity }) => sensitivity === 'NONE'))
}

/** A dataset without what nobody may be told of it, so that this never leaves its source, nor enters the catalogue. */
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
