import type { JSONWebKeySet, JWK } from 'jose'
import { ConfigError } from '../errors.js'
import { weaknessOf } from '../identity/weak-key.js'

/** Parses the JWK Set of a hub, whose keys are all public ones of Ed25519. Throws ConfigError. */
export function parseJwks(text: string, file: string): JSONWebKeySet {
  try {
    const jwks = JSON.parse(text) as JSONWebKeySet
    const isKey = (key: JWK) => key.kty === 'OKP' && weaknessOf(key) === undefined
    if (!Array.isArray(jwks.keys) || jwks.keys.length === 0 || !jwks.keys.every(isKey)) throw new Error('not a set of public keys')
    return jwks
  } catch (thrown) {
    throw new ConfigError(file, 'hub.jwks', 'is not a JWK Set of public keys of Ed25519: take it from the hub, at /.well-known/jwks.json', {
      cause: thrown,
    })
  }
}
