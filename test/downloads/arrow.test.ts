import { readdirSync } from 'node:fs'
import { type Table, tableFromIPC } from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { arrowPieces } from '../../src/http/downloads/arrow/arrow-pieces.js'
import { hubFamily } from '../support/processes.js'
import { twoSpokes } from '../support/workspace.js'
import { asInGraph } from './support/read-files.js'
import { landedAt, rowsOfGraph, typedHub } from './support/typed-hub.js'

const mediaType = 'application/vnd.apache.arrow.stream'
const everything = `
  SELECT * FROM (VALUES
    (1, '00123', 9007199254740993, CAST('12345678901234567890123456789012345678' AS DECIMAL(38,0)), CAST(1234.50 AS DECIMAL(18,2)), 0.1::DOUBLE, true,
      DATE '2026-11-30', TIME '13:45:30', TIMESTAMP '2026-11-30 13:45:30.123456', TIMESTAMPTZ '2026-07-01 13:45:30+01', '😀 𝒜stral'),
    (2, '', -9007199254740993, -99999999999999999999999999999999999999, -0.05, 'NaN'::DOUBLE, false,
      DATE '0044-03-15', TIME '00:00:00', TIMESTAMP '1066-10-14 09:00:00', TIMESTAMPTZ '1850-01-01 00:00:00+00', '=1+1'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 'é', 0, 0, 0.00, -0.0, true, DATE '9999-12-31', TIME '23:59:59.999999', TIMESTAMP '9999-12-31 23:59:59', TIMESTAMPTZ '2000-02-29 06:00:00+00', 'null')
  ) t(id, code, big, wide, money, share, yes, day, hour, moment, instant, "text")`

const tables = {
  everything,
  nothing: "SELECT 1 AS id, 'a' AS \"text\", TIMESTAMPTZ '2026-01-01 00:00:00+00' AS instant WHERE false",
  names: 'SELECT 1 AS a, 2 AS "a\u0301", 3 AS "Straße und  Weg", 4 AS "=b"',
  parts: 'SELECT range AS id, \'row \' || range AS "text", CASE WHEN range % 3 = 0 THEN NULL ELSE range / 7 END AS x FROM range(300000)',
  lists: "SELECT 1 AS id, [1, 2, NULL] AS list, {'a': 'x'} AS object",
  unequal:
    'SELECT range AS id, CASE WHEN range = 3000 THEN repeat(\'x\', 1000000) ELSE repeat(md5(CAST(range AS VARCHAR)), 250) END AS "text" FROM range(5000)',
  long: 'SELECT range AS id, md5(CAST(range AS VARCHAR)) AS a, md5(CAST(range + 1 AS VARCHAR)) AS b FROM range(800000)',
}
/** Node's fetch takes longer to unpack many megabytes than the hub to make them. */
const uncompressed = { 'accept-encoding': 'identity' }
// A request without a token has a fifth of the engine's memory.
const held = typedHub(tables, { 'hub.yaml': `${twoSpokes['hub.yaml']}engineMemoryMb: 4096\n` })

const query = (name: string, more: object = {}) => ({ from: { table: `camden/${name}/${name}` }, ...more })
const ordered = { orderBy: [{ column: 'id' }] }

async function tableOf(input: object): Promise<{ table: Table; bytes: Uint8Array; response: Response }> {
  const response = await held.download('arrow', input, { headers: uncompressed })
  if (response.status !== 200) throw new Error(await response.text())
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { table: tableFromIPC(bytes), bytes, response }
}

const columnOf = (table: Table, name: string): unknown[] => {
  const vector = table.getChild(name)
  if (vector === null) throw new Error(`no column ${name}`)
  return Array.from({ length: table.numRows }, (_, row) => asInGraph(String(vector.type), vector.get(row) as unknown))
}
/** The messages of a stream: S for a schema, B for others, E for the end. */
function messages(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  let told = ''
  for (let at = 0; at < bytes.length;) {
    const metadata = view.getInt32(at + 4, true)
    if (metadata === 0) return at + 8 === bytes.length ? `${told}E` : `${told}E and more`
    // A message's table: its header type is a byte, and its body's length a long.
    const root = at + 8 + view.getInt32(at + 8, true)
    const vtable = root - view.getInt32(root, true)
    const field = (index: number) => (4 + 2 * index < view.getInt16(vtable, true) ? view.getInt16(vtable + 4 + 2 * index, true) : 0)
    told += view.getUint8(root + field(1)) === 1 ? 'S' : 'B'
    at += 8 + metadata + (field(3) === 0 ? 0 : Number(view.getBigInt64(root + field(3), true)))
  }
  return told
}

describe('an Arrow stream', () => {
  test('has the values of the graph: nulls, empty text, 2^53+1, 38 digits, astral characters', async () => {
    const input = query('everything', ordered)
    const { table, response } = await tableOf(input)
    expect(response.headers.get('content-type')).toBe(mediaType)
    expect(response.headers.get('dials-result')).toBe('complete=true')
    const { columns, rows } = await rowsOfGraph(held.hub, input)
    expect(table.schema.fields.map(({ name }) => name)).toEqual(columns)
    const texts = (name: string) => rows.map((row) => row[columns.indexOf(name)])
    for (const name of ['code', 'big', 'wide', 'money', 'text']) {
      expect(columnOf(table, name).map((value) => (value === null ? null : String(value)))).toEqual(texts(name))
    }
    for (const name of ['yes']) expect(columnOf(table, name)).toEqual(texts(name))
    expect(columnOf(table, 'share').map((value) => value && Number(value))).toEqual(texts('share'))
    expect(columnOf(table, 'code')).toEqual(['00123', '', null, 'é'])
    expect(columnOf(table, 'big')).toEqual([9007199254740993n, -9007199254740993n, null, 0n])
    expect(columnOf(table, 'wide')).toEqual([
      '12345678901234567890123456789012345678',
      '-99999999999999999999999999999999999999',
      null,
      '0',
    ])
  })

  test('has days before 1900, times and moments as such, and TIMESTAMPTZ in UTC', async () => {
    const { table } = await tableOf(query('everything', ordered))
    const types = Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, String(type)]))
    expect(types).toMatchObject({
      big: 'Int64',
      wide: 'Decimal[38e0]',
      money: 'Decimal[38e+2]',
      share: 'Float64',
      yes: 'Bool',
      day: 'Date32<DAY>',
      hour: 'Time64<MICROSECOND>',
      moment: 'Timestamp<MICROSECOND>',
      instant: 'Timestamp<MICROSECOND, UTC>',
      text: 'Utf8',
    })
    const at = (text: string) => Date.parse(text)
    expect(columnOf(table, 'day')).toEqual([at('2026-11-30'), at('0044-03-15'), null, at('9999-12-31')])
    expect(columnOf(table, 'hour')).toEqual([49_530_000_000n, 0n, null, 86_399_999_999n])
    expect(columnOf(table, 'instant')).toEqual([at('2026-07-01T12:45:30Z'), at('1850-01-01'), null, at('2000-02-29T06:00:00Z')])
    expect(columnOf(table, 'moment').map((value) => value && Math.floor(value as number))).toEqual([
      at('2026-11-30T13:45:30.123Z'),
      at('1066-10-14T09:00:00Z'),
      null,
      at('9999-12-31T23:59:59Z'),
    ])
  })

  test('of no rows is a schema and an end', async () => {
    for (const input of [query('nothing'), query('everything', { where: { column: 'id', gt: 100 } })]) {
      const { table, bytes } = await tableOf(input)
      expect(table.numRows).toBe(0)
      expect(table.schema.fields.length).toBeGreaterThan(2)
      expect(messages(bytes)).toMatch(/^SB?E$/)
    }
  })

  test('has the names as published, alike but for case too', async () => {
    const { table } = await tableOf(
      query('names', { select: [{ column: 'a' }, { column: 'a', as: 'A' }, { column: 'Straße und  Weg' }, { column: '=b' }] }),
    )
    expect(table.schema.fields.map(({ name }) => name)).toEqual(['a', 'A', 'Straße und  Weg', '=b'])
    expect(table.toArray().map((row) => Object.values(row?.toJSON() as object))).toEqual([[1n, 1n, 3n, 4n]])
  })

  test('has lists and objects as JSON text', async () => {
    const { table } = await tableOf(query('lists'))
    expect(JSON.parse(columnOf(table, 'list')[0] as string)).toEqual([1, 2, null])
    expect(JSON.parse(columnOf(table, 'object')[0] as string)).toEqual({ a: 'x' })
  })

  test('of many parts has one schema, all rows in order, and one end', async () => {
    const { table, bytes } = await tableOf(query('parts', { orderBy: [{ column: 'id', direction: 'DESC' }] }))
    expect(messages(bytes)).toMatch(/^SB{4,}E$/)
    const ids = table.getChild('id')?.toArray() as BigInt64Array
    expect(ids.length).toBe(300_000)
    expect(ids.every((id, at) => id === BigInt(299_999 - at))).toBe(true)
    expect(columnOf(table, 'x').filter((value) => value === null).length).toBe(100_000)
  })

  test('of one very long text among short ones has small batches', async () => {
    const { table, bytes } = await tableOf(query('unequal'))
    expect(table.numRows).toBe(5000)
    // Without the long one all would be in two.
    expect(Math.max(...table.batches.map(({ numRows }) => numRows))).toBeLessThan(100)
    expect(messages(bytes)).toMatch(/^SB+E$/)
    expect(columnOf(table, 'text').filter((text) => (text as string).length === 1_000_000).length).toBe(1)
  })

  test('is asked for by its media type, compressed where the client takes gzip, and known by its version', async () => {
    const options = {
      method: 'POST',
      body: JSON.stringify(query('names')),
      headers: { 'content-type': 'application/json', accept: mediaType },
    }
    const byType = await fetch(`${held.hub.url}/query`, options)
    expect([byType.headers.get('content-type'), byType.headers.get('content-encoding')]).toEqual([mediaType, 'gzip'])
    expect(tableFromIPC(new Uint8Array(await byType.arrayBuffer())).numRows).toBe(1)
    const address = `${held.hub.url}/tables/camden/names/names.arrow`
    const byAddress = await fetch(address)
    expect(tableFromIPC(new Uint8Array(await byAddress.arrayBuffer())).numRows).toBe(1)
    const again = await fetch(address, { headers: { 'if-none-match': byAddress.headers.get('etag') as string } })
    expect(again.status).toBe(304)
  })

  test('whose client leaves in the middle keeps no thread and no file at the hub', async () => {
    const { hub } = await hubFamily(held.hub)
    const threads = () => readdirSync(`/proc/${hub}/task`).length
    await (await held.download('arrow', query('names'))).arrayBuffer()
    await expect.poll(() => landedAt(held.hub)).toEqual([])
    const before = threads()
    const leaves = new AbortController()
    const response = await held.download('arrow', query('long'), { signal: leaves.signal, headers: uncompressed })
    await (response.body as ReadableStream<Uint8Array>).getReader().read()
    expect(threads()).toBeGreaterThan(before)
    leaves.abort()
    await expect.poll(threads).toBeLessThanOrEqual(before)
    await expect.poll(() => landedAt(held.hub)).toEqual([])
  })

  test('whose client reads nothing leaves the hub answering others, and a third one of an address waits for a thread', async () => {
    const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()]
    const idle = await Promise.all(
      [first, second].map(({ signal }) => held.download('arrow', query('long'), { signal, headers: uncompressed })),
    )
    expect(idle.map(({ status }) => status)).toEqual([200, 200])
    let begun = false
    const waiting = held.download('arrow', query('names'), { signal: third.signal }).then((response) => {
      begun = true
      return response
    })
    expect((await rowsOfGraph(held.hub, query('names'))).rows.length).toBe(1)
    expect((await held.download('csv', query('names'))).status).toBe(200)
    expect(begun).toBe(false)
    first.abort()
    expect(tableFromIPC(new Uint8Array(await (await waiting).arrayBuffer())).numRows).toBe(1)
    second.abort()
    await expect.poll(() => landedAt(held.hub)).toEqual([])
  })
})

describe('the thread that writes Arrow', () => {
  const signal = new AbortController().signal
  const file = (name: string) => ({ path: held.workspace.path(`camden/data/${name}.parquet`), rowsPerBatch: 10 })

  test('begins beside TypeScript too, and writes files one after the other', async () => {
    const files = ['names', 'names'].map(file)
    const pieces: Uint8Array[] = []
    for await (const piece of arrowPieces({ files }, signal)) pieces.push(piece)
    const bytes = new Uint8Array(Buffer.concat(pieces))
    expect(messages(bytes)).toBe('SBBE')
    expect(tableFromIPC(bytes).numRows).toBe(2)
  })

  test('fails where a file is none, in the middle too, and takes nothing else with it', async () => {
    const damaged = { path: held.workspace.path('camden/data/libraries.csv'), rowsPerBatch: 10 }
    for (const files of [[damaged], [file('names'), damaged]]) {
      const pieces = arrowPieces({ files }, signal)
      const all = async () => {
        for await (const _piece of pieces);
      }
      await expect(all()).rejects.toThrow()
    }
  })

  test('ends with the signal, also while nobody asks for a piece', async () => {
    const leaves = new AbortController()
    const pieces = arrowPieces({ files: [file('long')] }, leaves.signal)
    await pieces.next()
    leaves.abort()
    await expect(pieces.next()).rejects.toThrow('abort')
    expect(await pieces.next()).toEqual({ done: true, value: undefined })
  })
})
