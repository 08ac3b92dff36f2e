import { readFile, writeFile } from 'node:fs/promises'
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK } from 'jose'
import { replaceFile } from '../../connectors/shared/replace-file.js'
import { ConfigError } from '../errors.js'
import { agreementType } from '../policy/signature.js'

/**
 * Makes a key by which an organisation signs agreements: the private one in a file of its own, and the public one added to a JWK Set.
 * @returns the key's id.
 * @throws ConfigError where the private file is there already, or the other is no JWK Set.
 */
export async function makeAgreementKey(privateFile: string, publicFile: string): Promise<string> {
  const known = await publicKeys(publicFile)
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey))
  const text = JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg: 'EdDSA', use: 'sig' })
  await writeFile(privateFile, `${text}\n`, { flag: 'wx', mode: 0o600 }).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EEXIST') throw thrown
    throw new ConfigError(privateFile, '', 'is there already, and a key is never replaced: give --out another name')
  })
  const added = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
  await replaceFile(publicFile, `${JSON.stringify({ keys: [added, ...known.keys] })}\n`)
  return kid
}

async function publicKeys(file: string): Promise<JSONWebKeySet> {
  const text = await readFile(file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return '{"keys":[]}'
    throw thrown
  })
  try {
    const known = JSON.parse(text) as JSONWebKeySet
    if (Array.isArray(known.keys)) return known
  } catch {
    // Told below.
  }
  throw new ConfigError(file, '', 'is not a JWK Set: give --public another name')
}

/** The private key of a file. @throws ConfigError where it holds none. */
export async function readAgreementKey(file: string): Promise<JWK> {
  try {
    const jwk = JSON.parse(await readFile(file, 'utf8')) as JWK
    if (jwk.crv === 'Ed25519' && typeof jwk.d === 'string' && typeof jwk.kid === 'string') return jwk
  } catch {
    // Its own error could quote the key.
  }
  throw new ConfigError(file, '', 'is no private key of Ed25519 with a kid: dials agreement keygen makes one')
}

/** The signature of an agreement's text: a compact JWS (RFC 7515). */
export async function signText(canonical: string, jwk: JWK): Promise<string> {
  return new CompactSign(Buffer.from(canonical))
    .setProtectedHeader({ alg: 'EdDSA', typ: agreementType, kid: jwk.kid as string })
    .sign(await importJWK(jwk, 'EdDSA'))
}
