import type { CatalogueEvent, DatasetDescription, TableDescription } from '../../src/connector/catalogue.js'
import type { Source } from '../../src/connector/source.js'

type Event = CatalogueEvent | Error | ((signal: AbortSignal) => Promise<unknown>)

/** A source whose harvest reports these events in order. It throws an error in its place, and awaits a function. */
export function fakeSource(...events: unknown[]): Pick<Source, 'harvest'> & { cursors: (string | undefined)[] } {
  const cursors: (string | undefined)[] = []
  return {
    cursors,
    async *harvest(cursor, signal) {
      cursors.push(cursor)
      for (const one of events as Event[]) {
        if (one instanceof Error) throw one
        if (typeof one === 'function') await one(signal)
        else yield one
      }
    },
  }
}

/** The last event of a complete harvest. */
export const complete = (cursor?: string): CatalogueEvent => ({ kind: 'complete', ...(cursor === undefined ? {} : { cursor }) })

/** An OPEN dataset with one table, changed as given. */
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

/** A table of two columns and three rows, changed as given. */
export function table(id: string, given: Partial<TableDescription> = {}): TableDescription {
  const columns: TableDescription['columns'] = [
    { name: 'Name', title: 'Name', type: 'STRING', nullable: true, sensitivity: 'NONE' },
    { name: 'Amount', title: 'Amount', type: 'DECIMAL', scale: 2, nullable: false, sensitivity: 'NONE', unit: 'GBP' },
  ]
  return { id, name: id, title: `Table ${id}`, columns, rowCount: 3, version: 'v1', problems: [], ...given }
}
