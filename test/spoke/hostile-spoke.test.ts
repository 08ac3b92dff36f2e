import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { spoke } from '../../connectors/spoke/index.js'
import { frameHeader, frameKinds, framesMediaType } from '../../src/connector/frames.js'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import type { Source, SourceContext } from '../../src/connector/source.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { OpenSources } from '../../src/catalogue/open-sources.js'
import type { Literal, Relation } from '../../src/connector/relation.js'
import { DialsError, SourceUnreachable } from '../../src/errors.js'
import { framed as damaged, group, leaf, many, parquetOf } from '../support/hostile-parquet.js'
import { quietLog, startRogue } from '../support/spoke.js'
import { patienceMs } from '../support/patience.js'

const scratchFolder = await mkdtemp(join(tmpdir(), 'seven-dials-scratch-'))
const engine = await DuckDbEngine.open({ folders: [scratchFolder], memoryMb: 256 })
const parquet = await onePart()

async function onePart(): Promise<Buffer> {
  const path = join(scratchFolder, 'whole.parquet')
  const session = await engine.connect()
  await session.run(`COPY (SELECT 'Kilburn' AS c0) TO '${path}' (FORMAT parquet)`)
  await session.close()
  const content = await readFile(path)
  await rm(path)
  return content
}
afterAll(() => engine.close())

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Runs `work` on a spoke source over a server that answers like this, and then checks that nothing is left behind. */
async function over<T>(answer: Answer, work: (source: Source) => Promise<T>): Promise<T> {
  const rogue = await startRogue(answer)
  const context: SourceContext = {
    spokeId: 'camden',
    baseFolder: scratchFolder,
    engine,
    openEngine: (options) => DuckDbEngine.open(options),
    scratchFolder,
    storeFolder: scratchFolder,
    signer: { sign: () => Promise.resolve('token') },
    startSpoke: () => {
      throw new Error('no process')
    },
    log: quietLog,
  }
  const source = await spoke.open({ url: rogue.url }, context)
  try {
    return await work(source)
  } finally {
    await source.close()
    await rogue.close()
    expect(await readdir(scratchFolder), 'nothing is left behind').toEqual([])
  }
}

async function scan(
  source: Source,
  { bytesMax = 1_000_000, timeoutMs = patienceMs, signal }: { bytesMax?: number; timeoutMs?: number; signal?: AbortSignal } = {},
) {
  const capabilities = await source.capabilities(['libraries/libraries'])
  const planned = source.plan(
    { relation: { op: 'scan', table: 'libraries/libraries', columns: [{ name: 'Name', type: 'STRING' }] } },
    capabilities,
  )
  const under = source.execute(planned, {
    rowsMax: 1000,
    bytesMax,
    deadline: Date.now() + timeoutMs,
    signal: signal ?? AbortSignal.timeout(timeoutMs),
  })
  let bytes = 0
  for await (const part of under.parts) {
    bytes += part.file.bytes
    await part.file.release()
  }
  return { bytes, report: await under.report }
}

async function refusal(work: Promise<unknown>): Promise<DialsError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof DialsError) return thrown
  throw new Error('it was not refused with an error of ours', { cause: thrown })
}

const frame = (kind: number, content: Buffer | string) =>
  Buffer.concat([frameHeader(kind as never, Buffer.byteLength(content)), Buffer.from(content)])
const report = frame(frameKinds.report, JSON.stringify({ rows: 1, truncated: false, version: 'v1' }))
const framed =
  (...chunks: Buffer[]): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': framesMediaType })
    for (const chunk of chunks) response.write(chunk)
    response.end()
  }

/** Has a spoke refuse a hundred scans in the same way, and then answer one: the hub still asks it. */
async function refusedAHundredTimes(
  [status, headers, text]: [status: number, headers: Record<string, string>, text: string],
  check: (error: DialsError) => void,
): Promise<void> {
  let scans = 0
  const answer: Answer = (request, response) => {
    request.resume()
    if (request.url === '/health') return response.end('{"status":"UP"}')
    if (++scans > 100) return framed(frame(frameKinds.part, parquet), report)(request, response)
    response.writeHead(status, headers).end(text)
  }
  await over(answer, async (source) => {
    const sources = new OpenSources()
    sources.add('camden', 'spoke', source)
    const open = sources.get('camden')
    for (let times = 0; times < 100; times++) {
      const error = await refusal(scan(source))
      check(error)
      open?.observed(error)
    }
    expect(open?.admits()).toBe(true)
    expect((await scan(source)).report.rows).toBe(1)
  })
}

describe('a scan of a spoke that', () => {
  test.each([
    ['a schema 10,000 levels deep', parquetOf([group('root', 1), ...many(10_000, () => group('g', 1)), leaf('c')])],
    ['a schema of 30,000 columns', parquetOf([group('root', 30_000), ...many(30_000, (at) => leaf(`c${at}`))])],
    ['a footer longer than itself', parquetOf([group('root', 1), leaf('c')], 2_000_000_000)],
    ['a damaged footer', damaged(Buffer.from([0x15, 0x02, 0x19, 0xfc, 0x80, 0xa8, 0xd6, 0xb9, 0x07, 0]))],
  ])('sends a part with %s does not end the hub', async (_, part) => {
    await over(framed(frame(frameKinds.part, part), report), async (source) => {
      expect(await refusal(scan(source))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    })
  })

  test('answers well, a byte at a time', async () => {
    const whole = Buffer.concat([frame(frameKinds.part, parquet), frame(frameKinds.part, parquet), report])
    const slowly: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': framesMediaType })
      for (let index = 0; index < whole.length; index += 7) response.write(whole.subarray(index, index + 7))
      response.end()
    }
    expect(await over(slowly, scan)).toEqual({ bytes: parquet.length * 2, report: { rows: 1, truncated: false, version: 'v1' } })
  })

  test.each<[string, Answer]>([
    [
      'answers 200 with an error page',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sorry</h1>'),
    ],
    ['answers 200 with an error page under our media type', framed(Buffer.from('<!doctype html><h1>Sorry, we are closed</h1>'))],
    ['answers 500', (_request, response) => response.writeHead(500).end('secret stack at /srv/app.js:1')],
    [
      'answers 403 in a form of its own',
      (_request, response) => response.writeHead(403, { 'content-type': 'application/json' }).end('{"detail":"no"}'),
    ],
    ['redirects', (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()],
    ['answers nothing', framed()],
    ['ends before its report', framed(frame(frameKinds.part, parquet))],
    ['ends within a part', framed(frame(frameKinds.part, parquet).subarray(0, 60))],
    ['ends within a header', framed(Buffer.from([frameKinds.part, 0]))],
    ['sends a part that is not Parquet', framed(frame(frameKinds.part, 'name\nKilburn\n'), report)],
    ['sends a part cut short', framed(frame(frameKinds.part, parquet.subarray(0, 100)), report)],
    ['sends a report that is none', framed(frame(frameKinds.report, '{"rows":"many"}'))],
    ['sends a report that is not JSON', framed(frame(frameKinds.report, '{{{'))],
    ['names an error code of its own', framed(frame(frameKinds.error, JSON.stringify({ code: 'UNAUTHENTICATED', message: 'who?' })))],
    ['resets the connection', (request) => request.socket.destroy()],
    ['claims a frame of four gigabytes', framed(Buffer.from([frameKinds.part, 0xff, 0xff, 0xff, 0xff]))],
  ])('%s is SOURCE_UNAVAILABLE', async (_name, answer) => {
    const error = await refusal(over(answer, scan))
    expect(error.code).toBe('SOURCE_UNAVAILABLE')
    expect(error.message).not.toMatch(/srv|\/tmp|127\.0\.0\.1/)
  })

  test.each<[string, string]>([
    ['in its own form', JSON.stringify({ code: 'BAD_REQUEST', message: 'The request is malformed.' })],
    ['by a proxy before it', '<h1>413 Request Entity Too Large</h1>'],
  ])('refuses a request as too large, %s, blames the query a hundred times and never the spoke', async (_name, text) => {
    await refusedAHundredTimes([413, {}, text], (error) => expect(error.code).toBe('QUERY_TOO_COMPLEX'))
  })

  test.each<[string, number, Record<string, string>, string]>([
    [
      'too many requests',
      429,
      { 'retry-after': '1' },
      '{"code":"QUERY_TOO_COMPLEX","message":"Too many requests of your address are under way."}',
    ],
    [
      'no room',
      503,
      { 'retry-after': '1' },
      '{"code":"SOURCE_UNAVAILABLE","message":"The spoke reads as many large scans as it has room for."}',
    ],
    ['a proxy’s limit', 429, {}, '<h1>Too Many Requests</h1>'],
    ['a proxy’s rest', 503, { 'retry-after': '120' }, '<h1>Service Unavailable</h1>'],
  ])('is told of %s: the client may try again, and 100 of them do not close the spoke to others', async (_what, status, headers, text) => {
    await refusedAHundredTimes([status, headers, text], (error) => {
      expect([error.code, error instanceof SourceUnreachable]).toEqual(['SOURCE_UNAVAILABLE', false])
      expect(error.message).toBe('The spoke camden has as much to do as it takes on at once. Try again in a moment.')
    })
  })

  test('would get more than 16 MB is not asked: the query is refused with the bytes and the limit', async () => {
    let asked = 0
    await over(
      () => void asked++,
      async (source) => {
        const values: Literal[] = Array.from({ length: 1700 }, (_, at) => ({
          kind: 'literal',
          shape: { type: 'STRING' },
          value: `${at}`.padEnd(10_000, 'x'),
        }))
        const relation: Relation = {
          op: 'filter',
          predicate: { kind: 'in', left: { kind: 'column', index: 0 }, values },
          input: { op: 'scan', table: 'libraries/libraries', columns: [{ name: 'Name', type: 'STRING' }] },
        }
        const capabilities = await source.capabilities(['libraries/libraries'])
        expect(() => source.plan({ relation }, capabilities)).toThrow(
          expect.objectContaining({
            code: 'QUERY_TOO_COMPLEX',
            message: expect.stringMatching(/with 17\d{6} bytes.*takes 16777216/) as unknown,
          }),
        )
      },
    )
    expect(asked).toBe(0)
  })

  test('refuses a request by a proxy that dislikes its words has not failed', async () => {
    const answer: Answer = (_request, response) => response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Blocked</h1>')
    expect(await refusal(over(answer, scan))).not.toBeInstanceOf(SourceUnreachable)
    const broken: Answer = (_request, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>')
    expect(await refusal(over(broken, scan))).toBeInstanceOf(SourceUnreachable)
  })

  test('stalls in mid-part is SOURCE_TIMEOUT at the deadline', async () => {
    const stall: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': framesMediaType })
      response.write(frame(frameKinds.part, parquet).subarray(0, 50))
    }
    expect((await refusal(over(stall, (source) => scan(source, { timeoutMs: 300 })))).code).toBe('SOURCE_TIMEOUT')
  })

  test('is abandoned by the client ends at the spoke too', async () => {
    const closed = deferred()
    const client = new AbortController()
    const stall: Answer = (request, response) => {
      request.socket.once('close', () => closed.resolve())
      response.writeHead(200, { 'content-type': framesMediaType })
      response.write(frame(frameKinds.part, parquet).subarray(0, 50))
      setImmediate(() => client.abort())
    }
    await refusal(over(stall, (source) => scan(source, { signal: client.signal })))
    await closed.promise
  })

  test('answers more than the limit is RESULT_TOO_LARGE, before the excess is read', async () => {
    const huge = framed(frameHeader(frameKinds.part, 500_000_000), parquet)
    expect((await refusal(over(huge, (source) => scan(source, { bytesMax: 1_000_000 })))).code).toBe('RESULT_TOO_LARGE')
  })

  test('reports a reason in our format is passed on without control characters', async () => {
    const answer = framed(frame(frameKinds.error, JSON.stringify({ code: 'TYPE_MISMATCH', message: 'A value does\u0000 not convert.\n' })))
    const error = await refusal(over(answer, scan))
    expect([error.code, error.message]).toEqual(['TYPE_MISMATCH', 'A value does  not convert.  (spoke camden)'])
  })

  test('listens nowhere is SOURCE_UNAVAILABLE, and DOWN', async () => {
    const rogue = await startRogue(() => undefined)
    await rogue.close()
    const error = await refusal(
      over(
        () => undefined,
        async () => {
          const gone = await spoke.open({ url: rogue.url }, {
            signer: { sign: () => Promise.resolve('token') },
            startSpoke: () => {
              throw new Error()
            },
            spokeId: 'camden',
            scratchFolder,
            engine,
          } as never)
          expect((await gone.health(AbortSignal.timeout(2000))).status).toBe('DOWN')
          return scan(gone)
        },
      ),
    )
    expect(error.code).toBe('SOURCE_UNAVAILABLE')
  })
})

describe('the catalogue of a spoke that', () => {
  const events = (source: Source) => gather(source.harvest(undefined, AbortSignal.timeout(patienceMs)))
  const feed =
    (text: string): Answer =>
    (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(text)

  test('is complete is passed on unchanged', async () => {
    expect(await over(feed('{"kind":"problem","sourceId":"a","message":"b"}\n{"kind":"complete"}\n'), events)).toEqual([
      { kind: 'problem', sourceId: 'a', message: 'b' },
      { kind: 'complete' },
    ])
  })

  test.each<[string, Answer]>([
    ['is an error page', (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sorry</h1>')],
    ['is not JSON', feed('{"kind":\n')],
    ['ends within a line', feed('{"kind":"complete"}\n{"kind":"da')],
    ['is not UTF-8', feed(Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]) as never)],
    [
      'has a line without end',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(1 << 20)));
        }
        response.on('drain', more)
        more()
      },
    ],
  ])('%s is SOURCE_UNAVAILABLE', async (_name, answer) => {
    expect((await refusal(over(answer, events))).code).toBe('SOURCE_UNAVAILABLE')
  })
})

async function gather(iterable: AsyncIterable<CatalogueEvent>): Promise<CatalogueEvent[]> {
  const all: CatalogueEvent[] = []
  for await (const event of iterable) all.push(event)
  return all
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => undefined as void
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
