/** The viewer of a request. Everything that a viewer may see or do follows from this value alone. */
export interface Viewer {
  /** The token's subject; absent for an anonymous viewer. */
  readonly subject?: string
  /** The issuer of the subject, because two issuers may each have a `jsmith`. */
  readonly issuer?: string
  /** The id of the organisation that the token speaks for. */
  readonly organisation?: string
  readonly scopes: readonly string[]
  /** When the token ends: seconds since the epoch. */
  readonly expiresAt?: number
}

/** A viewer without a token, who sees only what is OPEN or listed for everybody. */
export const anonymous: Viewer = Object.freeze({ scopes: Object.freeze([]) })
