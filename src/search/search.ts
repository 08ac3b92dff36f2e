import type { Knex } from 'knex'
import { SourceUnavailable } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import { audiencesOf, findDatasets, type SearchArguments } from './find-datasets.js'
import type { IndexState, SearchKeeper } from './keep/search-keeper.js'
import type { DirectAccess, SearchIndex, SearchPage } from './port.js'

/** What the graph needs of search. Everything throws DialsError SOURCE_UNAVAILABLE if the index or the catalogue cannot be reached. */
export interface Search {
  /** @throws BadUserInput if an argument is out of bounds */
  find(viewer: Viewer, given: SearchArguments, signal: AbortSignal): Promise<SearchPage>
  /** Null if only the hub can query the index. */
  directAccess(viewer: Viewer): Promise<DirectAccess | null>
  state(): Promise<IndexState>
  rebuild(): Promise<IndexState>
}

/** The search of a hub over an index. After a search that the index failed, the index is compared with the catalogue. */
export function createSearch(knex: Knex, index: SearchIndex, keeper: SearchKeeper): Search {
  return {
    find: (viewer, given, signal) =>
      findDatasets({ knex, index }, viewer, given, signal).catch((thrown: unknown) => {
        if (thrown instanceof SourceUnavailable) keeper.doubt()
        throw thrown
      }),
    directAccess: async (viewer) => (await index.directAccess?.(audiencesOf(viewer))) ?? null,
    state: () => keeper.state(),
    rebuild: () => keeper.rebuild(),
  }
}
