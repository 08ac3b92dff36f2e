import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { writeDurably } from '../audit/log/durable.js'
import { ConfigError } from '../errors.js'
import { isThere } from './is-there.js'

/**
 * The secret of this spoke, made at its first start: 32 bytes by which pseudonyms and hashes are keyed. It never leaves the spoke; without
 * it the same person gets another pseudonym.
 * @throws ConfigError where the file holds something else.
 */
export async function ownSecret(file: string): Promise<Buffer> {
  if (!(await isThere(file))) await writeDurably(file, randomBytes(32).toString('hex'))
  const text = await readFile(file, 'utf8')
  if (!/^[0-9a-f]{64}$/.test(text)) throw new ConfigError(file, '', 'is no secret of a spoke: bring back the file as it was')
  return Buffer.from(text, 'hex')
}
