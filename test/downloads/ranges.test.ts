import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { dials } from '../support/dials.js'
import { hubOfTwo } from '../support/hub-of-two.js'
import { post } from './support/post.js'

const rows = Array.from({ length: 20_000 }, (_, at) => `${at},name ${at % 700},${at / 8}`)
const held = hubOfTwo({ 'camden/data/large.csv': `n,name,x\n${rows.join('\n')}\n` })
const path = '/tables/camden/large/large.parquet'
const get = (headers: Record<string, string> = {}, method = 'GET', to = path) => fetch(held.hub.url + to, { method, headers })
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

describe('a Parquet download that is read in part', () => {
  it('tells its length and that it takes ranges, to HEAD too', async () => {
    const whole = await bytesOf(await get())
    const head = await get({}, 'HEAD')
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe(String(whole.length))
    expect(head.headers.get('accept-ranges')).toBe('bytes')
    expect(head.headers.get('content-range')).toBeNull()
    // A range is for GET alone.
    const part = await get({ range: 'bytes=4-9' }, 'HEAD')
    expect([part.status, part.headers.get('content-length'), part.headers.get('content-range')]).toEqual([200, String(whole.length), null])
  })

  it('gives one range, from the front, from the end and to the end', async () => {
    const whole = await bytesOf(await get())
    const end = whole.length
    for (const [range, from, to] of [
      ['bytes=0-3', 0, 4],
      ['bytes=-8', end - 8, end],
      [`bytes=${end - 5}-`, end - 5, end],
      ['bytes=0-999999999', 0, end],
      ['bytes=-999999999', 0, end],
    ] as const) {
      const response = await get({ range })
      expect([range, response.status, response.headers.get('content-range')]).toEqual([range, 206, `bytes ${from}-${to - 1}/${end}`])
      expect((await bytesOf(response)).equals(whole.subarray(from, to)), range).toBe(true)
    }
  })

  it('gives the whole file where a range is malformed, of another unit, or one of several', async () => {
    const whole = await bytesOf(await get())
    for (const range of [
      'bytes=x',
      'bytes=5-2',
      'items=0-1',
      'bytes=0-1,4-5',
      `bytes=${Array.from({ length: 200 }, (_, at) => `${at}-${at}`).join()}`,
    ]) {
      const response = await get({ range })
      expect([range, response.status, (await bytesOf(response)).length]).toEqual([range, 200, whole.length])
    }
    for (const range of [`bytes=${whole.length}-`, 'bytes=-0']) {
      const beyond = await get({ range })
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`])
      expect(await beyond.json()).toMatchObject({ code: 'BAD_REQUEST', status: 416 })
    }
  })

  it('is one transaction for the burst of requests that a tool makes, with one strong ETag', async () => {
    const answers = await Promise.all(['bytes=0-3', 'bytes=-8', 'bytes=-4000', 'bytes=4-400'].map((range) => get({ range })))
    expect(new Set(answers.map(({ headers }) => headers.get('etag'))).size).toBe(1)
    expect(answers[0]?.headers.get('etag')).toMatch(/^"/)
    expect(new Set(answers.map(({ headers }) => headers.get('link'))).size).toBe(1)
  })

  it('is read in part by another reader, which finds the footer and one column', async () => {
    const length = Number((await get({}, 'HEAD')).headers.get('content-length'))
    let read = 0
    const file = {
      byteLength: length,
      async slice(from: number, to = length): Promise<ArrayBuffer> {
        const bytes = await bytesOf(await get({ range: `bytes=${from}-${to - 1}` }))
        read += bytes.length
        return new Uint8Array(bytes).buffer
      },
    }
    const metadata = await parquetMetadataAsync(file, { initialFetchSize: 4096 })
    expect(Number(metadata.num_rows)).toBe(rows.length)
    const names = await parquetReadObjects({ file, metadata, columns: ['name'], rowEnd: 3 })
    expect(names).toEqual([{ name: 'name 0' }, { name: 'name 1' }, { name: 'name 2' }])
    expect(read).toBeLessThan(length)
  })

  it('answers the whole file where If-Range names another one, and the range where it names this one', async () => {
    const etag = (await get({}, 'HEAD')).headers.get('etag') ?? ''
    expect((await get({ range: 'bytes=0-3', 'if-range': '"another"' })).status).toBe(200)
    expect((await get({ range: 'bytes=0-3', 'if-range': etag })).status).toBe(206)
  })

  it('stays at the address of its transaction, and is told to be gone there', async () => {
    const response = await post(held.hub.url, { from: { table: 'camden/large/large' }, limit: 7 }, 'parquet')
    const whole = await bytesOf(response)
    const own = response.headers.get('content-location') ?? ''
    expect(own).toMatch(/^\/query\/[0-9a-f-]{36}\/rows\.parquet$/)
    const part = await get({ range: 'bytes=-8' }, 'GET', own)
    expect([part.status, (await bytesOf(part)).equals(whole.subarray(-8))]).toEqual([206, true])
    const nobody = await get({}, 'GET', own.replace(/[0-9a-f]{8}/, '00000000'))
    expect([nobody.status, await nobody.json()]).toEqual([404, expect.objectContaining({ code: 'BAD_REQUEST' })])
  })
})

describe('an anonymous GET of open data', () => {
  it('is 304 while nothing has changed, and new once it has', async () => {
    const address = '/tables/camden/libraries/libraries.csv'
    const first = await get({}, 'GET', address)
    await first.text()
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('public, no-cache')
    const second = await get({ 'if-none-match': etag }, 'GET', address)
    expect([second.status, await second.text()]).toEqual([304, ''])
    const parquet = await get()
    await bytesOf(parquet)
    const same = await get({ 'if-none-match': parquet.headers.get('etag') ?? '' })
    expect([same.status, same.headers.get('etag')]).toEqual([304, parquet.headers.get('etag')])
    // The version is one, and the content is not.
    const others = [address.replace('.csv', '.ndjson'), `${address}?limit=1`, address.replace('.csv', '.parquet')]
    for (const other of others) expect((await get({ 'if-none-match': etag }, 'GET', other)).status).toBe(200)

    await held.workspace.write({ 'camden/data/libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\n' })
    const { hub, workspace } = held
    const harvest = dials(['harvest', 'camden', '--config', workspace.hubYaml, '--data-dir', workspace.path('data'), '--url', hub.url])
    expect(await harvest.exited, harvest.output()).toBe(0)
    const third = await get({ 'if-none-match': etag }, 'GET', address)
    expect(await third.text()).toBe('Name,Postcode\r\nKilburn,NW6 5UH\r\n')
    expect(third.headers.get('etag')).not.toBe(etag)
  })

  it('by POST is kept by nobody', async () => {
    const response = await post(held.hub.url, { from: { table: 'camden/libraries/libraries' } }, 'csv')
    await response.text()
    expect([response.headers.get('cache-control'), response.headers.get('etag')]).toEqual(['private, no-store', null])
  })
})
