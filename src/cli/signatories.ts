import type { JSONWebKeySet } from 'jose'
import { type Loaded, readBeside } from '../config.js'
import { ConfigError } from '../errors.js'
import { weaknessOf } from '../identity/weak-key.js'

/**
 * The public keys by which organisations sign agreements, by the ids of the organisations.
 * @throws ConfigError where a file is missing, or is no set of public keys.
 */
export function signatoriesOf(
  loaded: Loaded<{ readonly organisations?: readonly { readonly id: string; readonly keys: string }[] | undefined }>,
): ReadonlyMap<string, JSONWebKeySet> {
  const { organisations = [] } = loaded.value
  return new Map(
    organisations.map(({ id, keys }, index) => {
      const path = `organisations[${index}].keys`
      return [id, publicKeys(readBeside(loaded, keys, path), loaded.file, path)] as const
    }),
  )
}

function publicKeys(text: string, file: string, path: string): JSONWebKeySet {
  try {
    const jwks = JSON.parse(text) as JSONWebKeySet
    const isKey = (key: JSONWebKeySet['keys'][number]) =>
      weaknessOf(key) === undefined && typeof key.kid === 'string' && key.kid !== '' && !('d' in key) && key.kty !== 'oct'
    if (Array.isArray(jwks.keys) && jwks.keys.length > 0 && jwks.keys.every(isKey)) return jwks
  } catch {
    // Told below.
  }
  throw new ConfigError(file, path, 'is not a JWK Set of public keys, each with a kid: dials agreement keygen makes one')
}
