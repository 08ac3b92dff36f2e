import { createHmac, randomUUID } from 'node:crypto'
import { decodeJwt, jwtVerify } from 'jose'
import { Refused } from './filter.js'

/** An API key. */
export interface ApiKey {
  readonly uid: string
  readonly key: string
  readonly name: string | null
  readonly actions: readonly string[]
  readonly indexes: readonly string[]
  readonly expiresAt: string | null
}

/** What somebody may do to an index; the filter that a token adds. */
export interface Grant {
  readonly filter?: unknown
}

const matches = (pattern: string, index: string) => (pattern.endsWith('*') ? index.startsWith(pattern.slice(0, -1)) : pattern === index)
const forbidden = () => new Refused('invalid_api_key', 'The provided API key is invalid.', 403)

/** The server's keys: a key is a hash of its uid and the master key. */
export class Keys {
  readonly byUid = new Map<string, ApiKey>()

  constructor(readonly master: string) {}

  create({
    uid = randomUUID(),
    name = null,
    actions,
    indexes,
    expiresAt,
  }: {
    uid?: string
    name?: string | null
    actions: string[]
    indexes: string[]
    expiresAt: string | null
  }): ApiKey {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uid)) throw new Refused('invalid_api_key_uid', 'No UUID.')
    if (expiresAt !== null && !(Date.parse(expiresAt) > Date.now())) throw new Refused('invalid_api_key_expires_at', 'Not in the future.')
    if (!indexes.includes('*') && actions.some((action) => action.startsWith('keys.')))
      throw new Refused('index_scoped_api_key_with_global_action', 'A key of some indexes may not manage keys.')
    if (this.byUid.has(uid)) throw new Refused('api_key_already_exists', `API key \`${uid}\` already exists.`, 409)
    const key: ApiKey = { uid, key: createHmac('sha256', this.master).update(uid).digest('hex'), name, actions, indexes, expiresAt }
    this.byUid.set(uid, key)
    return key
  }

  /** @throws Refused where the header does not allow the action on all of the indexes */
  async authorise(header: string | undefined, action: string, indexes: readonly string[]): Promise<readonly Grant[]> {
    if (header === undefined) throw new Refused('missing_authorization_header', 'The Authorization header is missing.', 401)
    const given = header.replace(/^Bearer /, '')
    if (given === this.master) return indexes.map(() => ({}))
    const key = [...this.byUid.values()].find((one) => one.key === given)
    if (key !== undefined) {
      this.#allow(key, action, indexes)
      return indexes.map(() => ({}))
    }
    return this.#token(given, action, indexes)
  }

  /** A key that is for some indexes sees no task that is about several. */
  isRestricted(header: string | undefined): boolean {
    const key = [...this.byUid.values()].find((one) => `Bearer ${one.key}` === header)
    return key !== undefined && !key.indexes.includes('*')
  }

  #allow(key: ApiKey, action: string, indexes: readonly string[]): void {
    if (key.expiresAt !== null && Date.parse(key.expiresAt) <= Date.now()) throw forbidden()
    if (!key.actions.some((one) => one === '*' || one === action || (one.endsWith('.*') && action.startsWith(one.slice(0, -1)))))
      throw forbidden()
    if (!indexes.every((index) => key.indexes.some((pattern) => matches(pattern, index)))) throw forbidden()
    if (action.startsWith('keys.') && !key.indexes.includes('*')) throw forbidden()
  }

  async #token(token: string, action: string, indexes: readonly string[]): Promise<Grant[]> {
    const payload = await Promise.resolve()
      .then(() => decodeJwt(token))
      .catch(() => {
        throw forbidden()
      })
    const key = this.byUid.get(String(payload['apiKeyUid']))
    if (key === undefined || action !== 'search') throw forbidden()
    this.#allow(key, action, indexes)
    await jwtVerify(token, new TextEncoder().encode(key.key), { algorithms: ['HS256', 'HS384', 'HS512'] }).catch(() => {
      throw forbidden()
    })
    const rules = payload['searchRules'] as Readonly<Record<string, { filter?: unknown } | null>>
    return indexes.map((index) => {
      const rule = Object.entries(rules).find(([pattern]) => matches(pattern, index))
      if (rule === undefined) throw forbidden()
      return rule[1] ?? {}
    })
  }
}
