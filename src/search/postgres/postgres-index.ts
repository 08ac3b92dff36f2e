import type { Knex } from 'knex'
import { databaseError } from '../../database/database-error.js'
import { SourceTimeout } from '../../errors.js'
import type { Fingerprint, SearchDocument, SearchIndex, SearchPage, SearchRequest } from '../port.js'
import { cursorOf, placeOf, questionOf, type Width } from './cursor.js'
import { correctedText } from './corrected-text.js'
import { type Between, findPage, type FoundPage } from './find.js'
import { highlightsOf } from './highlights.js'
import { nearWords } from './near-words.js'
import { type Near, type TextQuery, textQuery } from './text-query.js'
import { termsOf } from './terms.js'
import { type IndexTables, writeDocuments } from './write.js'

const live: IndexTables = { documents: 'search_documents', texts: 'search_texts', words: 'search_words' }
const rebuilt: IndexTables = { documents: 'search_documents_rebuild', texts: 'search_texts_rebuild', words: 'search_words_rebuild' }

const parts = ['documents', 'texts', 'words'] as const

const fingerprintsAtOnce = 5_000
const searchMsMax = 10_000

/** The search index in the catalogue's own PostgreSQL, so there is nothing to install. See docs/decisions/0016. */
export class PostgresIndex implements SearchIndex {
  readonly name = 'postgres'

  constructor(private readonly knex: Knex) {}

  /** The migrations make its tables. */
  async prepare(): Promise<void> {}

  async search(request: SearchRequest, signal: AbortSignal): Promise<SearchPage> {
    signal.throwIfAborted()
    return this.#coded(async () => {
      const question = questionOf(request)
      const { after, before, first, last } = request
      const between = {
        after: after === undefined ? undefined : placeOf(question, after, 'after'),
        before: before === undefined ? undefined : placeOf(question, before, 'before'),
      }
      const { page, width, query, corrected } = await this.#find(request, (between.after ?? between.before)?.width, between)
      const isMore = page.hits.length > (last ?? first)
      const shown = last === undefined ? page.hits.slice(0, first) : page.hits.slice(isMore ? 1 : 0)
      let reading: ReturnType<typeof highlightsOf> | undefined
      const highlights = () =>
        (reading ??= this.#coded(() =>
          highlightsOf(
            this.knex,
            shown.map(({ id }) => id),
            query?.words ?? '',
          ),
        ))
      return {
        hits: shown.map((hit) => ({
          id: hit.id,
          score: request.sort === 'RELEVANCE' && query !== undefined ? hit.score : null,
          cursor: cursorOf(question, { ...hit, title: request.sort === 'TITLE_ASC' ? hit.title : '', width }),
          highlights: async () => (await highlights()).get(hit.id) ?? [],
        })),
        hasNextPage: page.isAfter || (isMore && last === undefined),
        hasPreviousPage: page.isBefore || (isMore && last !== undefined),
        totalCount: page.total,
        facets: page.facets,
        correctedText: page.total > 0 ? corrected : null,
      }
    })
  }

  /** First as typed; if nothing is found, with every word corrected; if still nothing, documents with one of the words. */
  async #find(
    request: SearchRequest,
    width: Width | undefined,
    between: Between,
  ): Promise<{ page: FoundPage; width: Width; query: TextQuery | undefined; corrected: string | null }> {
    const find = (query: TextQuery | undefined) => findPage(this.knex, request, query, between, searchMsMax)
    const terms = termsOf(request.text)
    if (terms.all.length + terms.not.length === 0) return { page: await find(undefined), width: 0, query: undefined, corrected: null }
    const near = (everyWord: boolean) => nearWords(this.knex, terms, request.audiences, { everyWord })
    for (let now: Width = width ?? 0; ; now += 1) {
      const words: Near = await near(now > 0)
      const query = textQuery(terms, words, now === 2 ? 'any' : 'all')
      const page = await find(query)
      if (page.total > 0 || width !== undefined || now === 2) {
        return { page, width: now as Width, query, corrected: correctedText(request.text, words, now > 0) }
      }
    }
  }

  async write(documents: readonly SearchDocument[], removed: readonly string[]): Promise<void> {
    await this.#transaction(async (transaction) => {
      await writeDocuments(transaction, live, documents, removed)
      if (await isRebuilding(transaction)) await writeDocuments(transaction, rebuilt, documents, removed)
    })
  }

  async *fingerprints(): AsyncIterable<readonly Fingerprint[]> {
    for (let after = ''; ;) {
      const page = await this.#coded(async () =>
        this.knex<Fingerprint>(live.documents).where('id', '>', after).orderBy('id').limit(fingerprintsAtOnce).select('id', 'digest'),
      )
      if (page.length > 0) yield page
      if (page.length < fingerprintsAtOnce) return
      after = page.at(-1)?.id ?? ''
    }
  }

  async beginRebuild(): Promise<void> {
    await this.#transaction(async (transaction) => {
      await dropRebuilt(transaction)
      for (const part of parts) await transaction.raw('create table ?? (like ?? including all)', [rebuilt[part], live[part]])
    })
  }

  async fill(documents: readonly SearchDocument[]): Promise<void> {
    await this.#transaction((transaction) => writeDocuments(transaction, rebuilt, documents, []))
  }

  async endRebuild(): Promise<void> {
    await this.#transaction(async (transaction) => {
      if (!(await isRebuilding(transaction))) return
      await transaction.raw(`analyze ${parts.map((part) => rebuilt[part]).join(', ')}`)
      for (const part of parts) {
        await transaction.raw('drop table ??', [live[part]])
        await transaction.raw('alter table ?? rename to ??', [rebuilt[part], live[part]])
      }
    })
  }

  async dropRebuild(): Promise<void> {
    await this.#transaction(dropRebuilt)
  }

  /** Does nothing, because the pool is the catalogue's. */
  async close(): Promise<void> {}

  #transaction(work: (transaction: Knex.Transaction) => Promise<void>): Promise<void> {
    return this.#coded(() => this.knex.transaction(work))
  }

  async #coded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === 'KnexTimeoutError' && !thrown.message.includes('acquiring'))
        throw new SourceTimeout('The search took too long. Ask for less.', { cause: thrown })
      throw databaseError(thrown)
    }
  }
}

async function isRebuilding(transaction: Knex): Promise<boolean> {
  const { rows } = (await transaction.raw('select to_regclass(?) is not null as yes', [rebuilt.documents])) as { rows: [{ yes: boolean }] }
  return rows[0].yes
}

async function dropRebuilt(transaction: Knex): Promise<void> {
  for (const table of Object.values(rebuilt) as string[]) await transaction.raw('drop table if exists ??', [table])
}
