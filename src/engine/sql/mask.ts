import type { Shape } from '../../connector/column.js'
import type { Mask } from '../../connector/relation.js'
import { normaliseSql } from './normalise.js'
import { integer, sqlType } from './type.js'

/** The SQL of a value as far as an agreement lets it leave the spoke. Null stays null. */
export function maskSql(as: Mask, sql: string, shape: Shape): string {
  switch (as.kind) {
    case 'drop':
      return `CAST(NULL AS ${sqlType(shape)})`
    case 'truncate':
      return `left(${sql}, ${integer(as.length)})`
    case 'district':
      return `split_part(${normaliseSql('POSTCODE', sql, shape)}, ' ', 1)`
    case 'year':
      return yearSql(sql, shape)
    case 'keyed':
      return hmacSql(as.key, sql)
  }
}

function yearSql(sql: string, { type }: Shape): string {
  if (type === 'TIMESTAMPTZ') return `(date_trunc('year', ${sql} AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')`
  return `CAST(date_trunc('year', ${sql}) AS ${type === 'DATE' ? 'DATE' : 'TIMESTAMP'})`
}

const blockBytes = 64

/** HMAC-SHA-256 (RFC 2104) of a text's UTF-8, hexadecimal. The engine has the hash alone. @param key 64 bytes at most. */
function hmacSql(key: Buffer, sql: string): string {
  if (key.length > blockBytes) throw new RangeError('the key of an HMAC has 64 bytes at most here')
  const padded = (pad: number) => {
    const block = Buffer.alloc(blockBytes, pad)
    key.forEach((byte, at) => (block[at] = byte ^ pad))
    return `from_hex('${block.toString('hex')}')`
  }
  return `sha256(${padded(0x5c)} || from_hex(sha256(${padded(0x36)} || encode(${sql}))))`
}
