import { randomBytes, randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encryptParquet } from '../../connectors/shared/parquet/encrypt.js'
import { PartWriter } from '../../connectors/shared/parquet/part-writer.js'
import type { EngineSession } from '../../src/connector/engine.js'
import { type Bench, failureOf, openBench } from '../support/query.js'

const key = randomBytes(32)
const everyType = `SELECT i AS c0, 'row ' || i AS c1, i % 2 = 0 AS c2, i / 7 AS c3, CAST(i AS DECIMAL(38, 2)) AS c4, DATE '2020-01-01' + CAST(i % 1000 AS INTEGER) AS c5,
  make_timestamp(i * 1000000) AS c6, CASE WHEN i % 3 = 0 THEN NULL ELSE 'ward ' || i % 5 END AS the_wards, CAST(NULL AS VARCHAR) AS c8 FROM range(300000) t(i)`

let bench: Bench
let session: EngineSession
beforeAll(async () => {
  bench = await openBench()
  session = await bench.engine.connect()
  await session.run(`PRAGMA add_parquet_key('right', '${key.toString('base64')}')`)
  await session.run(`PRAGMA add_parquet_key('wrong', '${randomBytes(32).toString('base64')}')`)
})
afterAll(async () => {
  await session.close()
  await bench.close()
})

/** The unencrypted file of a query, with several row groups. */
async function plainFile(sql: string, compression: string): Promise<Buffer> {
  const path = join(bench.folder, `${randomUUID()}.parquet`)
  await session.run(`COPY (${sql}) TO '${path}' (FORMAT parquet, COMPRESSION ${compression})`)
  return readFile(path)
}

/** Reads an encrypted file by the engine. Returns one number to which every value and every null contributes. */
async function read(content: Uint8Array, name = 'right'): Promise<unknown> {
  // Each file gets a new name, because the engine caches files by name.
  const path = join(bench.folder, `${randomUUID()}.parquet`)
  await writeFile(path, content)
  return session.rows(
    `SELECT count(*) AS rows, CAST(sum(hash(t)) AS VARCHAR) AS sum FROM read_parquet('${path}', encryption_config = {footer_key: '${name}'}) AS t`,
  )
}

describe('an encrypted part', () => {
  test.each(['uncompressed', 'snappy', 'zstd'])('holds the rows of the plain file, %s', async (compression) => {
    const plain = await plainFile(everyType, compression)
    const [expected] = await session.rows(`SELECT count(*) AS rows, CAST(sum(hash(t)) AS VARCHAR) AS sum FROM (${everyType}) AS t`)
    const encrypted = Buffer.concat(encryptParquet(plain, key))
    expect(plain.includes('the_wards')).toBe(true)
    // Names and statistics reveal values too, so the footer must be encrypted as well.
    for (const text of ['the_wards', 'row 29', 'ward 1']) expect(encrypted.includes(text), text).toBe(false)
    expect(await read(encrypted)).toEqual([expected])
  })

  test('can also be made of a database’s answer', async () => {
    const writer = new PartWriter([{ type: 'INT64' }], { rowsMax: 10, bytesMax: 1000 }, bench.folder)
    const [column] = writer.columns
    for (const value of [7n, 8n]) {
      column?.values.reserve(8)
      if (column !== undefined) column.values.used = column.values.bytes.writeBigInt64LE(value, column.values.used)
      column?.addValue()
    }
    column?.addNull()
    const part = await writer.write()
    await writeFile(join(bench.folder, 'database.parquet'), Buffer.concat(encryptParquet(await readFile(part.path), key)))
    await part.release()
    expect(
      await session.rows(
        `SELECT c0 FROM read_parquet('${join(bench.folder, 'database.parquet')}', encryption_config = {footer_key: 'right'})`,
      ),
    ).toEqual([{ c0: 7n }, { c0: 8n }, { c0: null }])
  })

  test('cannot be read with another key, nor after any change', async () => {
    const encrypted = Buffer.concat(encryptParquet(await plainFile("SELECT 'Kilburn' AS c0", 'snappy'), key))
    await expect(read(encrypted)).resolves.toMatchObject([{ rows: 1n }])
    await failureOf(() => read(encrypted, 'wrong'))
    const accepted: number[] = []
    // Only the magic and the description of the footer are plain. Every byte between them belongs to a module with its own tag.
    for (let at = 4; at < encrypted.length - 8; at++) {
      const changed = Buffer.from(encrypted)
      changed[at]! ^= 1
      if (
        await read(changed).then(
          () => true,
          () => false,
        )
      )
        accepted.push(at)
    }
    expect(accepted).toEqual([])
  })

  test('is small or refused, whatever the spoke sent', async () => {
    const plain = await plainFile('SELECT i AS c0, repeat(CAST(i AS VARCHAR), 9) AS c1 FROM range(20) t(i)', 'snappy')
    const usual = Buffer.concat(encryptParquet(plain, key)).length
    let refused = 0
    for (let at = 0; at < plain.length; at++) {
      for (const byte of [0x00, 0x15, 0x7f, 0xff]) {
        const hostile = Buffer.from(plain)
        hostile[at] = byte
        try {
          expect(Buffer.concat(encryptParquet(hostile, key)).length).toBeLessThan(usual * 4)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error)
          refused++
        }
      }
    }
    expect(refused).toBeGreaterThan(50)
    for (let length = 0; length < plain.length; length++) expect(() => encryptParquet(plain.subarray(0, length), key)).toThrow()
  })
})
