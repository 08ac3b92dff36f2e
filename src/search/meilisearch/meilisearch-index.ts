import { createHash } from 'node:crypto'
import type { Log } from '../../connector/source.js'
import type { DirectAccess, Fingerprint, SearchDocument, SearchIndex, SearchPage, SearchRequest } from '../port.js'
import { settingsToChange } from './apply-settings.js'
import { DirectTokens } from './direct-access.js'
import { findPage } from './find-page.js'
import { readFingerprints } from './read-fingerprints.js'
import { Server, type ServerTimes, serverTimes, unavailable } from './server.js'
import { primaryKey, settingsVersion } from './settings.js'
import { swapIndexes } from './swap-indexes.js'
import { writeBatches } from './write-batches.js'
import { Reason } from '../../errors.js'

/** @property key a key for the indexes with the prefix, or one that may do everything; undefined if the server needs none */
export interface MeilisearchOptions {
  readonly url: string
  readonly key?: string
  /** The prefix of our index names: nothing else on the server is read or written. */
  readonly prefix?: string
  readonly log: Log
  readonly times?: Partial<ServerTimes>
}

/** The catalogue's index on a Meilisearch server, v1.50 or later. */
export class MeilisearchIndex implements SearchIndex {
  readonly name: string
  readonly #live: string
  readonly #rebuild: string
  readonly #server: Server
  readonly #tokens: DirectTokens
  readonly #log: Log

  constructor({ url, key, prefix = 'seven-dials-', log, times }: MeilisearchOptions) {
    this.#live = `${prefix}datasets`
    this.#rebuild = `${prefix}datasets-rebuild`
    this.name = `meilisearch:${createHash('sha256')
      .update(JSON.stringify([url, this.#live, settingsVersion]))
      .digest('hex')
      .slice(0, 16)}`
    this.#server = new Server(url, key, { ...serverTimes, ...times })
    this.#tokens = new DirectTokens(this.#server, this.#live, log)
    this.#log = log
  }

  async prepare(): Promise<void> {
    await this.#ensure(this.#live)
    if (await this.#exists(this.#rebuild)) await this.#set(this.#rebuild)
  }

  search(request: SearchRequest, signal: AbortSignal): Promise<SearchPage> {
    return findPage(this.#server, this.#live, request, signal)
  }

  async write(documents: readonly SearchDocument[], removed: readonly string[]): Promise<void> {
    if (documents.length === 0 && removed.length === 0) return
    // A server that lost the index would otherwise create one without our settings, holding only these documents.
    if (!(await this.#exists(this.#live))) throw unavailable(new Reason('The index has gone.'))
    await writeBatches(this.#server, this.#live, this.#log, documents, removed)
    if (await this.#exists(this.#rebuild)) await writeBatches(this.#server, this.#rebuild, this.#log, documents, removed)
  }

  fingerprints(): AsyncIterable<readonly Fingerprint[]> {
    return readFingerprints(this.#server, this.#live)
  }

  async beginRebuild(): Promise<void> {
    await this.dropRebuild()
    await this.#ensure(this.#rebuild)
  }

  async fill(documents: readonly SearchDocument[]): Promise<void> {
    if (documents.length === 0) return
    if (!(await this.#exists(this.#rebuild))) throw unavailable(new Reason('No rebuild was begun, or its index has gone.'))
    await writeBatches(this.#server, this.#rebuild, this.#log, documents, [])
  }

  async endRebuild(): Promise<void> {
    if (!(await this.#exists(this.#rebuild))) return
    // Applies this version's settings, because another version may have begun the rebuild; and both indexes must exist to be swapped.
    await this.#set(this.#rebuild)
    await this.#ensure(this.#live)
    await swapIndexes(this.#server, this.#live, this.#rebuild)
    await this.dropRebuild()
  }

  async dropRebuild(): Promise<void> {
    if (await this.#exists(this.#rebuild))
      await this.#server.complete(() => this.#server.client.deleteIndex(this.#rebuild), 'index_not_found')
  }

  directAccess(audiences: readonly string[]): Promise<DirectAccess | undefined> {
    return this.#tokens.give({ audiences })
  }

  async close(): Promise<void> {}

  async #exists(uid: string): Promise<boolean> {
    return (await this.#server.find('index_not_found', () => this.#server.client.getRawIndex(uid))) !== undefined
  }

  /** Creates the index if it is missing, which another hub may do at the same time, and applies its settings. */
  async #ensure(uid: string): Promise<void> {
    if (!(await this.#exists(uid)))
      await this.#server.complete(() => this.#server.client.createIndex(uid, { primaryKey }), 'index_already_exists')
    await this.#set(uid)
  }

  async #set(uid: string): Promise<void> {
    const index = this.#server.client.index(uid)
    const change = settingsToChange(await this.#server.ask(() => index.getSettings()))
    if (Object.keys(change).length === 0) return
    await this.#server.complete(() => index.updateSettings(change))
    this.#log.info(
      { index: uid, settings: Object.keys(change), version: settingsVersion },
      'The search index has the settings of this version.',
    )
  }
}
