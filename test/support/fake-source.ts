import type { CatalogueEvent, DatasetDescription, TableDescription } from '../../src/connector/catalogue.js'
import type { Source } from '../../src/connector/source.js'

type Told = CatalogueEvent | Error | ((signal: AbortSignal) => Promise<unknown>)

/** A source that tells what it was given, whatever that is: an error is thrown where it stands, a function is awaited. */
export function fakeSource(...told: unknown[]): Pick<Source, 'harvest'> & { cursors: (string | undefined)[] } {
  const cursors: (string | undefined)[] = []
  return {
    cursors,
    async *harvest(cursor, signal) {
      cursors.push(cursor)
      for (const one of told as Told[]) {
        if (one instanceof Error) throw one
        if (typeof one === 'function') await one(signal)
        else yield one
      }
    },
  }
}

export const complete = (cursor?: string): CatalogueEvent => ({ kind: 'complete', ...(cursor === undefined ? {} : { cursor }) })

/** An OPEN dataset of one table, with what is given besides. */
export function dataset(id: string, given: Partial<DatasetDescription> = {}): { kind: 'dataset'; dataset: DatasetDescription } {
  const plain = {
    themes: [],
    keywords: [],
    access: 'OPEN',
    sharedWith: [],
    listing: 'PUBLIC',
    distributions: [],
    tables: [table(id)],
  } as const
  return { kind: 'dataset', dataset: { ...structuredClone(plain), id, title: `Title of ${id}`, ...given } as DatasetDescription }
}

export function table(id: string, given: Partial<TableDescription> = {}): TableDescription {
  const columns: TableDescription['columns'] = [
    { name: 'Name', title: 'Name', type: 'STRING', nullable: true, sensitivity: 'NONE' },
    { name: 'Amount', title: 'Amount', type: 'DECIMAL', scale: 2, nullable: false, sensitivity: 'NONE', unit: 'GBP' },
  ]
  return { id, name: id, title: `Table ${id}`, columns, rowCount: 3, version: 'v1', problems: [], ...given }
}
