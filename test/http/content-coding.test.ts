import { request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import * as zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { codingFor, codings, packed } from '../../src/http/content-coding.js'
import { hubOfTwo } from '../support/hub-of-two.js'

const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: (bytes: Buffer) => Buffer }
const rows = Array.from({ length: 2000 }, (_, at) => `Row ${at},ä${at}`)
const held = hubOfTwo({ 'camden/data/many.csv': `Name,Code\n${rows.join('\n')}\n` })

test.each([
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, br;q=0', 'gzip'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['BR ; q=0.5', 'br'],
  ['*', 'zstd'],
  ['*;q=0, gzip', 'gzip'],
  ['identity, gzip;q=0.5', 'identity'],
  ['gzip;q=nothing', 'identity'],
  ['deflate', 'identity'],
  ['', 'identity'],
  [undefined, 'identity'],
])('of an Accept-Encoding of %s, %s is taken', (accepted, coding) => expect(codingFor(accepted, ['zstd', 'br', 'gzip'])).toBe(coding))

test('zstd is used by a Node that has it', () => {
  expect(codings).toEqual(zstdDecompressSync === undefined ? ['br', 'gzip'] : ['zstd', 'br', 'gzip'])
})

test.each(codings)('a failure while %s is made destroys what is sent, so that nothing short looks whole', async (coding) => {
  async function* broken() {
    yield Buffer.alloc(100_000, 'x')
    await Promise.resolve()
    throw new Error('the source failed')
  }
  await expect(packed(broken(), coding).toArray()).rejects.toThrow('the source failed')
})

const unpack = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  zstd: (bytes: Buffer) => (zstdDecompressSync as NonNullable<typeof zstdDecompressSync>)(bytes),
}

interface Raw {
  headers: Record<string, string | undefined>
  status: number | undefined
  body: Buffer
}

/** A request whose answer nobody unpacks. */
function raw(query: string, headers: Record<string, string>, method = 'POST', at = '/graphql'): Promise<Raw> {
  const path = method === 'GET' && query !== '' ? `${at}?query=${encodeURIComponent(query)}` : at
  return new Promise((resolve, reject) => {
    const asked = request(`${held.hub.url}${path}`, {
      method,
      headers: { ...(method === 'GET' ? {} : { 'content-type': 'application/json' }), ...headers },
    })
    asked.on('error', reject).on('response', (answer) => {
      const parts: Buffer[] = []
      answer
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () => resolve({ status: answer.statusCode, headers: answer.headers as Raw['headers'], body: Buffer.concat(parts) }))
        .on('error', reject)
    })
    asked.end(method === 'GET' ? undefined : JSON.stringify({ query }))
  })
}

describe('a download', () => {
  const download = (coding: string) => raw('', { 'accept-encoding': coding }, 'GET', '/tables/camden/many/many.csv')

  test.for(['zstd', 'gzip'] as const)('is sent as %s, and holds what it does without', async (coding, { skip }) => {
    if (!codings.includes(coding)) skip(`This Node, ${process.version}, has no ${coding}.`)
    const plain = await download('identity')
    const small = await download(`br, ${coding}`)
    expect([plain.headers['content-encoding'], small.headers['content-encoding']]).toEqual([undefined, coding])
    expect(unpack[coding](small.body).equals(plain.body)).toBe(true)
    expect(small.headers['vary']).toMatch(/accept-encoding/)
  })

  test('is not sent as br, which takes longer than the rows', async () => {
    expect((await download('br')).headers['content-encoding']).toBeUndefined()
  })
})

describe('an answer of the graph', () => {
  const many = '{ query(input: { from: { table: "camden/many/many" }, limit: 10000 }) { rowCount rows records } }'

  test.each(codings)('is compressed as %s where it is large, its spliced rows too, byte for byte what it is without', async (coding) => {
    const plain = await raw(many, {})
    expect([plain.status, plain.headers['content-encoding']]).toEqual([200, undefined])
    const small = await raw(many, { 'accept-encoding': coding })
    expect([small.status, small.headers['content-encoding']]).toEqual([200, coding])
    expect(small.body.length).toBeLessThan(plain.body.length / 3)
    expect(unpack[coding](small.body).equals(plain.body)).toBe(true)
    expect((JSON.parse(plain.body.toString()) as { data: { query: { rowCount: number } } }).data.query.rowCount).toBe(2000)
  })

  test('is not where it is small, or the client takes none', async () => {
    const all = { 'accept-encoding': codings.join(', ') }
    expect((await raw('{ viewer { scopes } }', all)).headers['content-encoding']).toBeUndefined()
    expect((await raw(many, { 'accept-encoding': 'identity' })).headers['content-encoding']).toBeUndefined()
  })

  test('that others may keep is known again in every coding, and told apart by it', async () => {
    const plain = await raw(many, {}, 'GET')
    const zipped = await raw(many, { 'accept-encoding': 'gzip' }, 'GET')
    expect(zipped.headers['vary']).toMatch(/accept-encoding/)
    expect(zipped.headers['etag']).toBe(`W/${plain.headers['etag']}`)
    for (const etag of [plain.headers['etag'], zipped.headers['etag']])
      expect((await raw(many, { 'accept-encoding': 'gzip', 'if-none-match': etag as string }, 'GET')).status).toBe(304)
  })

  test('as an event stream is not compressed: each event has to arrive at once', async () => {
    const answer = await raw(many, { accept: 'text/event-stream', 'accept-encoding': codings.join(', ') }, 'POST', '/graphql/stream')
    expect(answer.headers['content-type']).toContain('event-stream')
    expect(answer.body.toString()).toContain('Row 1999')
  })

  test('makes Node warn of nothing, however many listen for its end', async () => {
    for (const coding of codings) await raw(many, { 'accept-encoding': coding })
    // What it wrote meanwhile has come when it has written that it has ended.
    expect(await held.hub.stop()).toBe(0)
    expect(held.hub.output()).not.toMatch(/Warning/)
    expect(held.hub.output()).toMatch(/"msg":"request"/)
  })
})
