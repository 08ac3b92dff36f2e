import { hkdfSync } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose'

/** The hub's signing key (Ed25519), and its public half for spokes to pin. */
export interface HubKey {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  /** Keys the pseudonyms of viewers. Derived from the private key, so that there is one secret to keep. */
  readonly pseudonymSecret: Buffer
}

/** Reads the key of a data directory, or makes it on the first start. Only its owner may read the file. */
export async function loadHubKey(file: string): Promise<HubKey> {
  return keyOf((await read(file)) ?? (await create(file)))
}

/** Reads the key of a hub that has been started before; undefined if there is none. Makes nothing. */
export async function readHubKey(file: string): Promise<HubKey | undefined> {
  const jwk = await read(file)
  return jwk && keyOf(jwk)
}

async function keyOf(jwk: JWK): Promise<HubKey> {
  const { kty, crv, x, kid } = jwk
  return {
    privateKey: (await importJWK(jwk, 'EdDSA')) as CryptoKey,
    publicJwk: { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' } as JWK,
    pseudonymSecret: Buffer.from(hkdfSync('sha256', Buffer.from(jwk.d as string, 'base64url'), '', 'seven-dials viewer pseudonym', 32)),
  }
}

async function read(file: string): Promise<JWK | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JWK
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  }
}

async function create(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const jwk = await exportJWK(privateKey)
  jwk.kid = await calculateJwkThumbprint(jwk)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, JSON.stringify(jwk), { mode: 0o600 })
  await rename(`${file}.new`, file)
  return jwk
}
