import { createHash } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Log } from '../../connector/source.js'
import type { DirectAccess } from '../port.js'
import { visibilityFilter } from './filter.js'
import { errorCodeOf, type Server } from './server.js'
import { Reason } from '../../errors.js'

/** A token ends so long after it was made. */
const tokenMs = 15 * 60_000

/** A key is for one period and lasts a day longer. So every token ends before its key does, and a leaked key ends by itself. */
const periodMs = 30 * 86_400_000
const overlapMs = 86_400_000

/** The server's error if the key may not see or make keys, and if it has no master key and so no keys at all. */
const refusals = new Set(['invalid_api_key', 'missing_authorization_header', 'missing_master_key'])

interface SearchKey {
  readonly uid: string
  readonly secret: string
}

/** Tokens for searching at the Meilisearch server directly, with the same filter as searches here. */
export class DirectTokens {
  #key: (SearchKey & { readonly period: number }) | undefined
  #isRefused = false

  constructor(
    private readonly server: Server,
    private readonly index: string,
    private readonly log: Log,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns undefined if our own key may not make a search-only key */
  async give(viewer: { audiences: readonly string[]; spokes?: readonly string[] }): Promise<DirectAccess | undefined> {
    const key = this.#isRefused ? undefined : await this.#searchKey()
    if (key === undefined) return undefined
    const expiresAt = new Date(Math.floor((this.now() + tokenMs) / 1000) * 1000)
    const token = await new SignJWT({ searchRules: { [this.index]: { filter: visibilityFilter(viewer) } }, apiKeyUid: key.uid })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setExpirationTime(expiresAt)
      .sign(new TextEncoder().encode(key.secret))
    return { url: this.server.url, index: this.index, token, expiresAt }
  }

  async #searchKey(): Promise<SearchKey | undefined> {
    const period = Math.floor(this.now() / periodMs)
    if (this.#key?.period === period) return this.#key
    try {
      const found = (await this.#existing(period)) ?? (await this.#create(period)) ?? (await this.#existing(period))
      if (found === undefined) throw new Reason('A key that was made is not there.')
      this.#key = { ...found, period }
      return found
    } catch (error) {
      if (!refusals.has(errorCodeOf(error) ?? '')) throw error
      this.#isRefused = true
      this.log.warn(
        { index: this.index, code: errorCodeOf(error) },
        'The key of the search index may not manage keys: nobody is given a token to search it directly.',
      )
      return undefined
    }
  }

  async #existing(period: number): Promise<SearchKey | undefined> {
    const key = await this.server.find('api_key_not_found', () => this.server.client.getKey(uidOf(this.index, period)))
    return key === undefined ? undefined : { uid: key.uid, secret: key.key }
  }

  /** Undefined if another hub was first. */
  async #create(period: number): Promise<SearchKey | undefined> {
    const key = await this.server.find('api_key_already_exists', () =>
      this.server.client.createKey({
        uid: uidOf(this.index, period),
        name: `${this.index}: search`,
        description: 'Seven Dials signs tokens with it for those who search this index directly.',
        actions: ['search'],
        indexes: [this.index],
        expiresAt: new Date((period + 1) * periodMs + overlapMs),
      }),
    )
    return key === undefined ? undefined : { uid: key.uid, secret: key.key }
  }
}

/** The same id on every hub, so that a key is made once: a hash in the form of a random UUID. It is not secret. */
function uidOf(index: string, period: number): string {
  const hex = createHash('sha256').update(`seven dials, search of ${index}, ${period}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
