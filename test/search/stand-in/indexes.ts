import type { Settings } from 'meilisearch'
import { type Fields, Refused } from './filter.js'

/** One index. */
export interface StoredIndex {
  readonly createdAt: string
  primaryKey: string | null
  settings: Settings
  readonly documents: Map<string, Fields>
}

/** What the server tells of a task. */
export interface StoredTask {
  readonly uid: number
  readonly indexUid: string | null
  readonly type: string
  status: 'enqueued' | 'processing' | 'succeeded' | 'failed'
  error: { code: string; message: string; type: string; link: string } | null
}

const defaults: Settings = {
  displayedAttributes: ['*'],
  searchableAttributes: ['*'],
  filterableAttributes: [],
  sortableAttributes: [],
  rankingRules: ['words', 'typo', 'proximity', 'attributeRank', 'sort', 'wordPosition', 'exactness'],
  stopWords: [],
  nonSeparatorTokens: [],
  separatorTokens: [],
  dictionary: [],
  synonyms: {},
  distinctAttribute: null,
  proximityPrecision: 'byWord',
  typoTolerance: {
    enabled: true,
    minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
    disableOnWords: [],
    disableOnAttributes: [],
    disableOnNumbers: false,
  },
  faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { '*': 'alpha' } },
  pagination: { maxTotalHits: 1000 },
  searchCutoffMs: null,
  localizedAttributes: null,
  facetSearch: true,
  prefixSearch: 'indexingTime',
}

let made = 0

/** Indexes, and the tasks that change them one after another, later than they were asked for. */
export class Indexes {
  readonly byUid = new Map<string, StoredIndex>()
  readonly tasks: StoredTask[] = []
  /** Codes with which the next tasks of a type fail. */
  readonly failing: { readonly type: string; readonly code: string }[] = []
  #last: Promise<void> = Promise.resolve()

  enqueue(type: string, indexUid: string | null, work: () => void): StoredTask {
    const task: StoredTask = { uid: this.tasks.length, indexUid, type, status: 'enqueued', error: null }
    this.tasks.push(task)
    this.#last = this.#last.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      const failing = this.failing.findIndex((one) => one.type === type)
      try {
        if (failing >= 0) throw new Refused(this.failing.splice(failing, 1)[0]!.code, 'As asked by the test.')
        work()
        task.status = 'succeeded'
      } catch (error) {
        const { code = 'internal', message } = error as Refused
        task.error = { code, message, type: 'invalid_request', link: '' }
        task.status = 'failed'
      }
    })
    return { ...task }
  }

  get(uid: string): StoredIndex {
    const index = this.byUid.get(uid)
    if (index === undefined) throw new Refused('index_not_found', `Index \`${uid}\` not found.`, 404)
    return index
  }

  create(uid: string, primaryKey: string | null): StoredIndex {
    if (!/^[A-Za-z0-9_-]{1,400}$/.test(uid)) throw new Refused('invalid_index_uid', uid)
    if (this.byUid.has(uid)) throw new Refused('index_already_exists', `Index \`${uid}\` already exists.`)
    made += 1
    const index = {
      createdAt: new Date(made).toISOString(),
      primaryKey,
      settings: structuredClone(defaults),
      documents: new Map<string, Fields>(),
    }
    this.byUid.set(uid, index)
    return index
  }

  /** Whole documents; an index that is not there is made, with settings as they come. */
  add(uid: string, primaryKey: string | undefined, documents: readonly Fields[]): void {
    const index = this.byUid.get(uid) ?? this.create(uid, null)
    index.primaryKey ??= primaryKey ?? null
    const name = index.primaryKey
    if (name === null) throw new Refused('index_primary_key_no_candidate_found', 'No primary key.')
    for (const document of documents) {
      const key = document[name]
      if (typeof key !== 'string' || !/^[A-Za-z0-9_-]{1,511}$/.test(key))
        throw new Refused('invalid_document_id', `Document identifier \`${String(key)}\` is invalid.`)
    }
    for (const document of documents) index.documents.set(String(document[name]), document)
  }

  set(uid: string, change: Settings): void {
    const index = this.get(uid)
    for (const name of Object.keys(change)) if (!(name in defaults)) throw new Refused('bad_request', `Unknown field \`${name}\``)
    const merged = {
      typoTolerance: { ...index.settings.typoTolerance, ...change.typoTolerance },
      faceting: { ...index.settings.faceting, ...change.faceting },
    }
    index.settings = { ...index.settings, ...change, ...merged }
  }

  swap(pairs: readonly { indexes: [string, string] }[]): void {
    for (const {
      indexes: [one, other],
    } of pairs) {
      const [first, second] = [this.get(one), this.get(other)]
      this.byUid.set(one, second).set(other, first)
    }
  }
}
