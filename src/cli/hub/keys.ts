import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JSONWebKeySet } from 'jose'
import { type HubKey, loadHubKey } from '../../identity/hub-key.js'
import type { LogKeyFile } from '../../audit/log/log-keys.js'
import type { VerifierKey } from '../../audit/notes/keys.js'
import { auditJwks, auditKeyFile, auditKeysOf } from '../audit-keys.js'
import { hubKeyFile, issuerOf } from '../hub-identity.js'
import type { Governance } from './agreements.js'
import type { HubStart } from './options.js'

/** The hub's own key, and the files by which its spoke processes trust the hub and its issuers of tokens. */
export interface HubKeys {
  readonly issuer: string
  readonly key: HubKey
  /** The keys of its audit log. */
  readonly auditKeys: LogKeyFile
  /** Served for spokes to pin; with the issuer, so that they need not ask for it. */
  readonly jwks: { readonly issuer: string; readonly keys: readonly object[] }
  readonly jwksFile: string
  readonly issuersFile: string
  /** The keys by which organisations sign agreements here. */
  readonly signatoriesFile: string
}

/** Reads the key of this hub from its data folder, or makes one at its first start. */
export async function openKeys({ config, dataFolder }: HubStart, signatories: Governance['keys']): Promise<HubKeys> {
  const key = await loadHubKey(hubKeyFile(dataFolder))
  const auditKeys = auditKeyFile({ config, dataFolder })
  const issuer = issuerOf(config)
  const jwksFile = join(dataFolder, 'hub.jwks.json')
  const jwks = { issuer, keys: [key.publicJwk, ...auditJwks(await auditKeys.open(await publishedBefore(jwksFile)))] }
  const issuersFile = join(dataFolder, 'hub.issuers.json')
  await writeFile(issuersFile, JSON.stringify(config.issuers ?? []))
  await writeFile(jwksFile, JSON.stringify(jwks))
  const signatoriesFile = join(dataFolder, 'hub.signatories.json')
  await writeFile(signatoriesFile, JSON.stringify(Object.fromEntries(signatories)))
  return { issuer, key, auditKeys, jwks, jwksFile, issuersFile, signatoriesFile }
}

/** The keys of the audit log that were published at the last start. None at the first. */
async function publishedBefore(jwksFile: string): Promise<VerifierKey[]> {
  try {
    return auditKeysOf(JSON.parse(await readFile(jwksFile, 'utf8')) as JSONWebKeySet)
  } catch {
    // It is written again at every start.
    return []
  }
}
