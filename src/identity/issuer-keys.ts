import { get as httpGet, type IncomingMessage } from 'node:http'
import { get as httpsGet } from 'node:https'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose'
import { boundedText } from '../connector/bounded-text.js'
import { weaknessOf } from './weak-key.js'
import { Reason } from '../errors.js'

const bytesMax = 262_144

/** All in milliseconds. */
export interface KeyTimes {
  /** How long keys are kept, and so how long a key still counts after its issuer has withdrawn it. Default 10 minutes. */
  readonly cacheMs?: number
  /** A token with an unknown key makes the keys be read again, at most this often; a new key may have to wait so long. Default 30 s. */
  readonly cooldownMs?: number
  /** How long the issuer may take to answer. Default 5 s. */
  readonly timeoutMs?: number
  /** How long the issuer is not asked again after a failure. Default 5 s. */
  readonly retryMs?: number
}

/** Whose keys are read, and where. */
export interface KeySource {
  readonly issuer: string
  /** A URL. */
  readonly jwks: string
  /** The authority that its certificate is from, as PEM. Default: the public ones. */
  readonly ca?: string | undefined
}

/** Called if keys cannot be read; no part of a token is ever in the message. */
export interface Warnings {
  warn(fields: object, message: string): void
}

/** The keys of an issuer cannot be read, so none of its tokens can be verified. */
export class KeysUnreadable extends Error {}

/**
 * The public keys of one issuer, read when first needed and cached. The address comes from the configuration only, never from a token's
 * header, and redirections are not followed. A token without `kid` is accepted only if exactly one key fits. Weak keys (weak-key.ts) are left out
 * and told. Throws KeysUnreadable, or jose's error if no key fits.
 */
export function issuerKeys({ issuer, jwks, ca }: KeySource, log: Warnings, times: KeyTimes = {}): JWTVerifyGetKey {
  const { cacheMs = 600_000, cooldownMs = 30_000, timeoutMs = 5_000, retryMs = 5_000 } = times
  let quietUntil = 0
  const keys = createRemoteJWKSet(new URL(jwks), {
    cacheMaxAge: cacheMs,
    cooldownDuration: cooldownMs,
    timeoutDuration: timeoutMs,
    [customFetch]: async (url, options) => {
      if (Date.now() < quietUntil) throw new KeysUnreadable('a moment ago they could not be read')
      try {
        const { keys } = await readKeys(url, options, ca)
        return Response.json({ keys: await withoutWeak(keys, issuer, log) })
      } catch (thrown) {
        quietUntil = Date.now() + retryMs
        log.warn({ issuer, err: thrown }, 'the keys of an issuer cannot be read: its tokens are refused')
        throw new KeysUnreadable('they cannot be read', { cause: thrown })
      }
    },
  })
  return async (header, token) => {
    try {
      return await keys(header, token)
    } catch (thrown) {
      if (thrown instanceof errors.JWKSNoMatchingKey || thrown instanceof errors.JWKSMultipleMatchingKeys) throw thrown
      throw new KeysUnreadable('they cannot be used', { cause: thrown })
    }
  }
}

/** The keys whose signatures can be trusted. The log is told of the others, whose tokens are refused. */
async function withoutWeak(keys: readonly JWK[], issuer: string, log: Warnings): Promise<JWK[]> {
  const kept: JWK[] = []
  for (const jwk of keys) {
    const reason = weaknessOf(jwk)
    if (reason === undefined) kept.push(jwk)
    else log.warn({ issuer, key: await nameOf(jwk), reason }, 'a key of an issuer is refused, and tokens that it signs')
  }
  return kept
}

/** Its `kid`, else its thumbprint (RFC 7638). */
async function nameOf(jwk: JWK): Promise<string> {
  if (typeof jwk.kid === 'string') return jwk.kid.slice(0, 200)
  return jwk.kty === 'oct' ? 'symmetric' : calculateJwkThumbprint(jwk).catch(() => 'malformed')
}

/** By node:https, because `fetch` takes no authority. It follows no redirection. */
async function readKeys(url: string, { headers, signal }: RequestInit, ca: string | undefined): Promise<JSONWebKeySet> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const own = { headers: Object.fromEntries(new Headers(headers)), ...(signal ? { signal } : {}), ...(ca === undefined ? {} : { ca }) }
    const get = url.startsWith('https:') ? httpsGet : httpGet
    get(url, own, resolve).on('error', (thrown) => reject(signal?.aborted === true ? (signal.reason as Error) : thrown))
  })
  try {
    if (response.statusCode !== 200) throw new Reason(`the status is ${response.statusCode}`)
    const set = JSON.parse(await boundedText(response, bytesMax)) as JSONWebKeySet
    createLocalJWKSet(set)
    return set
  } finally {
    response.destroy()
  }
}
