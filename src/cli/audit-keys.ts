import type { JSONWebKeySet } from 'jose'
import { join } from 'node:path'
import { LogKeyFile } from '../audit/log/log-keys.js'
import type { HubConfig } from '../config.js'
import { issuerOf } from './hub-identity.js'
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../audit/notes/keys.js'

/** The `use` of a JWK that verifies the audit log of a hub, so that nobody takes it for a key of tokens. */
const use = 'audit'

/** The name of the log of a hub: where it is served, without the scheme (C2SP tlog-tiles, "Parameters"). */
export function hubLogOrigin(issuer: string): string {
  return `${named(issuer)}/audit`
}

/** The name of the log of a spoke of that hub. */
export function spokeLogOrigin(hubIssuer: string, spokeId: string): string {
  return `${named(hubIssuer)}/spokes/${spokeId}/audit`
}

/** Without the scheme, and without what may not stand in the name of a key. */
function named(issuer: string): string {
  return issuer
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .replaceAll(/[\s+]/g, encodeURIComponent)
}

/** The public keys of a log as JWK, for spokes to pin with the key of the hub's tokens. */
export function auditJwks(keys: readonly VerifierKey[]): object[] {
  return keys.map((key) => ({ kty: 'OKP', crv: 'Ed25519', x: key.publicKey.toString('base64url'), kid: formatVerifierKey(key), use }))
}

/** The keys of the audit log in the JWK Set of a hub. Malformed ones are none. */
export function auditKeysOf({ keys }: JSONWebKeySet): VerifierKey[] {
  return keys.flatMap((jwk) => {
    if (jwk.use !== use || typeof jwk.kid !== 'string') return []
    try {
      return [parseVerifierKey(jwk.kid)]
    } catch {
      return []
    }
  })
}

/** The file of the keys of a hub's audit log. */
export function auditKeyFile({ config, dataFolder }: { readonly config: HubConfig; readonly dataFolder: string }): LogKeyFile {
  return new LogKeyFile(join(dataFolder, 'audit-keys.json'), hubLogOrigin(issuerOf(config)))
}
