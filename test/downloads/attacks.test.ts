import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request as ask } from 'node:http'
import { describe, expect, it } from 'vitest'
import { hubFamily, scansUnderWay, signal } from '../support/processes.js'
import { hubOfTwo } from '../support/hub-of-two.js'
import { post } from './support/post.js'

const many = Array.from({ length: 150_000 }, (_, at) => `${at},some text that makes a row a little longer ${at}`)
const held = hubOfTwo({
  'camden/data/many.csv': `n,text\n${many.join('\n')}\n`,
  'camden/data/closed.csv': 'secret\nx1\n',
  'camden/data/hidden.csv': 'secret\nx1\n',
  'camden/data/catalogue.yaml': 'datasets:\n  closed: { access: CLOSED, listing: PUBLIC }\n  hidden: { access: CLOSED }\n',
})
const all = { from: { table: 'camden/many/many' } }

/** A download whose body nobody reads yet. */
function begin(
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown>; read(): Promise<string>; leave(): void }> {
  return new Promise((resolve, reject) => {
    const request = ask(
      held.hub.url + path,
      body === undefined ? { headers } : { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          read: () =>
            new Promise((done, failed) => {
              const chunks: Buffer[] = []
              response.on('data', (chunk: Buffer) => chunks.push(chunk))
              response.on('end', () => (response.complete ? done(Buffer.concat(chunks).toString()) : failed(new Error('cut'))))
              response.on('error', failed)
            }),
          leave: () => response.destroy(),
        })
      },
    )
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** The rows that the hub holds in memory, by the names of their files. */
async function landed(): Promise<string[]> {
  return scansUnderWay((await hubFamily(held.hub)).hub)
}

describe('a download that is refused', () => {
  it.each([
    ['of a table that is closed', { from: { table: 'camden/closed/closed' } }, 403, 'AGREEMENT_REQUIRED'],
    ['of a table that is hidden', { from: { table: 'camden/hidden/hidden' } }, 404, 'UNKNOWN_TABLE'],
    ['of a table that is not there', { from: { table: 'camden/none/none' } }, 404, 'UNKNOWN_TABLE'],
    ['of a column that is not there', { ...all, select: [{ column: 'N' }] }, 400, 'UNKNOWN_COLUMN'],
    ['with a filter of another type', { ...all, where: { column: 'n', eq: 'x' } }, 400, 'TYPE_MISMATCH'],
    ['with an unknown member', { ...all, rows: 1 }, 400, 'BAD_USER_INPUT'],
    ['at another version', { ...all, atVersion: 'then' }, 409, 'VERSION_CHANGED'],
  ])('%s is a problem with the code of the graph (RFC 9457)', async (_what, input, status, code) => {
    for (const format of ['csv', 'ndjson', 'parquet']) {
      const response = await post(held.hub.url, input, format)
      expect([format, response.status, response.headers.get('content-type')]).toEqual([
        format,
        status,
        'application/problem+json; charset=utf-8',
      ])
      expect(await response.json()).toMatchObject({
        type: 'about:blank',
        status,
        code,
        detail: expect.any(String),
        transaction: expect.any(String),
      })
    }
  })

  it('says what is wrong with its address', async () => {
    const get = async (path: string) => {
      const response = await fetch(held.hub.url + path)
      return [response.status, ((await response.json()) as { detail: string }).detail]
    }
    expect(await get('/query')).toEqual([400, expect.stringContaining("'input'")])
    expect(await get('/query?input={')).toEqual([400, expect.stringContaining('not JSON')])
    expect(await get('/query?input={}&input={}')).toEqual([400, expect.stringContaining('more than once')])
    expect(await get('/query?input={}&format=exe')).toEqual([400, expect.stringContaining('csv, ndjson, parquet')])
    expect(await get('/query?input={}&format=ndjson&bom=1')).toEqual([400, expect.stringContaining('only for csv')])
    expect(await get('/query?input={}&separator=x')).toEqual([400, expect.stringContaining(', ; | tab')])
    expect(await get('/tables/camden/many/many.csv?limit=-1')).toEqual([400, expect.stringContaining('whole number')])
    expect(await get('/tables/camden/many/many.csv?limt=1')).toEqual([400, expect.stringContaining("'limt'")])
    expect(await get('/tables/camden/many/many')).toEqual([400, expect.stringContaining('ends with a format: .csv')])
    const latin = encodeURIComponent(JSON.stringify({ column: 'text', eq: 'Caf' })).replace('Caf', 'Caf%E9')
    expect(await get(`/tables/camden/many/many.csv?where=${latin}`)).toEqual([400, expect.stringContaining('not in UTF-8')])
  })

  it('is no refusal of what programs add: a byte order mark, a charset, another name of a type', async () => {
    const typeOf = async (body: string, accept: string) => {
      const headers = { 'content-type': 'application/json', accept }
      const response = await fetch(`${held.hub.url}/query`, { method: 'POST', headers, body })
      await response.arrayBuffer()
      return [response.status, response.headers.get('content-type')?.split(';')[0]]
    }
    const one = JSON.stringify({ ...all, limit: 1 })
    expect(await typeOf(`\ufeff${one}`, '*/*')).toEqual([200, 'text/csv'])
    expect(await typeOf(one, 'text/csv; charset=utf-8; header=present')).toEqual([200, 'text/csv'])
    expect(await typeOf(one, 'application/jsonl')).toEqual([200, 'application/x-ndjson'])
    expect(await typeOf(one, 'text/csv;q=0, */*;q=0.1')).toEqual([200, 'application/x-ndjson'])
    expect(await typeOf(one, 'application/pdf')).toEqual([406, 'application/problem+json'])
  })

  it('is that of a page of another site which nobody followed, and of a form', async () => {
    const from = (mode: string) => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode, 'user-agent': 'Mozilla/5.0' })
    const image = await begin('/tables/camden/many/many.csv?limit=1', undefined, from('no-cors'))
    expect([image.status, JSON.parse(await image.read())]).toEqual([403, expect.objectContaining({ code: 'BAD_REQUEST' })])
    const link = await begin('/tables/camden/many/many.csv?limit=1', undefined, from('navigate'))
    expect([link.status, (await link.read()).split('\r\n')[0]]).toEqual([200, 'n,text'])
    const elsewhere = await fetch(`${held.hub.url}/tables/camden/many/many.csv?limit=1`, { headers: { origin: 'https://evil.example' } })
    expect(elsewhere.status).toBe(403)
    const form = await fetch(`${held.hub.url}/query`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify(all),
    })
    expect([form.status, await form.json()]).toEqual([415, expect.objectContaining({ code: 'BAD_REQUEST' })])
  })

  it('is that of a token that is none, before anything is read', async () => {
    const response = await post(held.hub.url, all, 'csv', { authorization: 'Bearer none' })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})

describe('an attack on the address', () => {
  it('puts no line into a header', async () => {
    const named = encodeURIComponent('camden/many/many\r\nset-cookie: a=b')
    const response = await fetch(`${held.hub.url}/tables/${named}.csv`)
    expect([response.status, response.headers.get('set-cookie')]).toEqual([404, null])
    const select = encodeURIComponent(JSON.stringify({ ...all, limit: 1, select: [{ column: 'n', as: 'a\r\nx: y' }] }))
    const renamed = await fetch(`${held.hub.url}/query?format=csv&input=${select}`)
    expect([renamed.status, renamed.headers.get('x'), await renamed.text()]).toEqual([200, null, '"a\r\nx: y"\r\n0\r\n'])
  })

  it('names no file of the machine', async () => {
    for (const path of [
      '/tables/../../etc/passwd.csv',
      '/tables/%2e%2e%2f%2e%2e%2fetc%2fpasswd.csv',
      '/query/..%2f..%2fetc%2fpasswd/rows.parquet',
    ]) {
      const response = await fetch(held.hub.url + path)
      expect([path, response.status]).toEqual([path, 404])
      expect(await response.text()).not.toContain('root:')
    }
    const format = await fetch(`${held.hub.url}/query?format=..%2F..%2Fetc%2Fpasswd&input={}`)
    expect(format.status).toBe(400)
  })
})

describe('a client that leaves in mid-stream', () => {
  it('ends the work, and no row stays', async () => {
    const download = await begin('/query?format=csv', all)
    expect(download.status).toBe(200)
    download.leave()
    await expect.poll(landed).toEqual([])
  })

  it('does not keep others from their downloads', async () => {
    const stalled = await Promise.all(Array.from({ length: 6 }, () => begin('/query?format=csv', all)))
    const text = await (await post(held.hub.url, { ...all, limit: 3 }, 'csv')).text()
    expect(text.split('\r\n')).toHaveLength(5)
    for (const { leave } of stalled) leave()
    await expect.poll(landed).toEqual([])
  })
})

describe('hundreds of downloads of one address', () => {
  it('are let in a few at a time, and refused beyond those that may wait', async () => {
    const begun = new Set<Awaited<ReturnType<typeof begin>>>()
    const asked = Array.from({ length: 200 }, () =>
      begin('/query?format=csv', all).then((download) => {
        begun.add(download)
        return download
      }),
    )
    // 8 may be under way and 128 wait: the others are told at once.
    await expect.poll(() => [...begun].filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(200 - 8 - 128)
    const [refused] = [...begun].filter(({ status }) => status === 429)
    expect(JSON.parse((await refused?.read()) ?? '')).toMatchObject({ code: 'QUERY_TOO_COMPLEX', status: 429 })
    expect(refused?.headers['retry-after']).toBe('1')
    expect((await held.hub.ask('{ __typename }')).data).toEqual({ __typename: 'Query' })
    for (const each of asked) void each.then(({ leave }) => leave())
    await Promise.all(asked)
    await expect.poll(landed).toEqual([])
  })
})

describe('a source that breaks off in mid-stream', () => {
  it('resets a connection of HTTP/1.0, where its end would else be the end of the file', async () => {
    const { hostname, port } = new URL(held.hub.url)
    const body = JSON.stringify({ from: { union: Array.from({ length: 40 }, () => 'camden/many/many') } })
    const asked = `POST /query HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    // A client of plain reads: where the last bytes and the reset come together, Node's own would take them for an end.
    const client = spawn('bash', ['-c', 'exec 3<>"/dev/tcp/$0/$1"; printf %s "$2" >&3; exec cat <&3', hostname, port, asked], {
      env: { ...process.env, LC_ALL: 'C' },
    })
    const told: Buffer[] = []
    client.stderr.on('data', (piece: Buffer) => told.push(piece))
    const ended = once(client, 'close')
    const [head] = (await once(client.stdout, 'data')) as [Buffer]
    expect(head.toString('latin1')).toMatch(/^HTTP\/1\.1 200 /)
    const { spokes } = await hubFamily(held.hub, 'camden')
    signal([spokes.get('camden') as number], 'SIGKILL')
    client.stdout.resume()
    expect([await ended, String(Buffer.concat(told))]).toEqual([[1, null], expect.stringMatching(/reset by peer/i)])
    await expect.poll(async () => (await post(held.hub.url, { ...all, limit: 1 }, 'csv')).status).toBe(200)
  })

  it('cuts the connection: no short file looks whole, and no row stays', async () => {
    const union = { from: { union: Array.from({ length: 40 }, () => 'camden/many/many') } }
    const download = await begin('/query?format=csv', union)
    expect(download.status).toBe(200)
    const { spokes } = await hubFamily(held.hub, 'camden')
    signal([spokes.get('camden') as number], 'SIGKILL')
    await expect(download.read()).rejects.toThrow()
    await expect.poll(landed).toEqual([])
    await expect.poll(() => held.hub.output()).toContain('a download broke off')
  })
})
