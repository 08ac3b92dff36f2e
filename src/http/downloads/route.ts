import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { isUuid } from '../../connector/is-uuid.js'
import type { Log } from '../../connector/source.js'
import type { Context } from '../../api/context.js'
import { databaseError } from '../../database/database-error.js'
import { BadUserInput, DialsError, toDialsError } from '../../errors.js'
import type { Download, Landing, RecordedDownload, WrittenDownload } from '../../query/download/download.js'
import { checkMemory } from '../../query/download/whole.js'
import { openDownload } from '../../query/download/open.js'
import type { AnswerReport, Transaction } from '../../query/7-result/query-result.js'
import { type QueryContext, reasonsOf } from '../../query/run.js'
import type { Telemetry } from '../../telemetry/telemetry.js'
import { watchOperation } from '../../telemetry/watch-operation.js'
import { BadRequest } from '../../net/bad-request.js'
import { cutOff } from '../../net/cut-off.js'
import { endOf } from '../answer-end.js'
import { type ContextOf, contextOrError } from '../begin-operation.js'
import { arrowStreamsMax, Clients, downloadsMax } from '../clients.js'
import { jsonOnly } from '../json-only.js'
import { arrowOf } from './arrow/arrow-of.js'
import { disposition } from './file-name.js'
import { type DownloadRequest, queryRequest, tableRequest } from './download-request.js'
import { type Landed, LandedParquet } from './landed-parquet.js'
import { mayGet } from './may-get.js'
import { problem } from '../problem.js'
import { purposeOf } from '../purpose.js'
import { type DownloadReports, holderOf } from './reports.js'
import { sendFile } from './send-file.js'
import { licencesOf } from './workbook/licences.js'
import { refuseColumnsBeyondSheet } from './workbook/limits.js'
import { workbookOf } from './workbook/workbook-of.js'
import { downloadCoding, framedText, resumed, sendPieces } from './send-text.js'
import { sha256OfFile } from './sha256-of-file.js'
import { cachedAs, etagOf, howOf, knownTag } from './version-tag.js'

/** Milliseconds that a download may take. */
const downloadMsMax = 3_600_000

/** What the routes need. */
export interface DownloadOptions {
  readonly contextOf: ContextOf
  readonly landing: Landing
  readonly reports: DownloadReports
  /** Origins whose pages may download. */
  readonly origins: readonly string[]
  readonly telemetry: Telemetry
  readonly log: Log
}

/** One request for a download, once its client is known. */
interface Begun {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly context: Context
  readonly signal: AbortSignal
  /** Resolves once the answer is over. */
  readonly closed: Promise<unknown>
  /** Notes that it failed, for its metrics and its log line. */
  failed(error: DialsError): void
}

/**
 * Downloads: `/query` (POST with the input as its body, or GET), `/tables/{id}.{format}`, the Parquet file of a transaction while it lasts, and
 * the report of a transaction.
 */
export function downloadRoutes(app: FastifyInstance, { contextOf, landing, reports, origins, telemetry, log }: DownloadOptions): void {
  const clients = new Clients(undefined, downloadsMax)
  const arrowClients = new Clients(undefined, arrowStreamsMax)
  const files = new LandedParquet(landing.room)
  app.addHook('onClose', () => files.close())

  // HEAD is named: Fastify's own would answer it with a length of 0.
  const get: HTTPMethods[] = ['GET', 'HEAD']
  app.route({ method: [...get, 'POST'], url: '/query', onRequest: jsonOnly, handler: answering((begun) => download(begun, queryRequest)) })
  const ofTable = (request: FastifyRequest) => tableRequest(request, (request.params as { '*': string })['*'])
  app.route({ method: get, url: '/tables/*', handler: answering((begun) => download(begun, ofTable)) })
  app.route({ method: get, url: '/query/:transaction/report', handler: answering(sendReport) })
  app.route({ method: get, url: '/query/:transaction/rows.parquet', handler: answering(sendAgain) })

  /** Lets a client in, and answers with a problem where the work fails before the first byte. */
  function answering(work: (begun: Begun) => Promise<FastifyReply>) {
    return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const { signal, closed, endWithToken } = endOf(reply, downloadMsMax)
      reply.header('x-content-type-options', 'nosniff')
      if (request.method !== 'POST' && !mayGet(request.headers, origins)) {
        return problem(reply, new BadRequest(403, 'A page of another site may not fetch this. Allow its origin in cors.origins.'))
      }
      const making = async () =>
        contextOf(request.raw.headersDistinct['authorization'], signal, request.ip, { purpose: purposeOf(request) })
      const context = await contextOrError(making())
      if (context instanceof DialsError) return problem(reply, context)
      endWithToken(context.viewer.expiresAt)
      const leave = await clients.enter(context.viewer, request.ip, signal)
      if (leave instanceof DialsError) return problem(reply, leave)
      void closed.then(leave)
      const errors: DialsError[] = []
      const ended = watchOperation(telemetry, context.viewer)
      void closed.then(() =>
        ended(
          'download',
          errors.map(({ code, message }) => ({ message, extensions: { code } })),
        ),
      )
      const failed = (error: DialsError) => void errors.push(error)
      try {
        return await work({ request, reply, context, signal, closed, failed })
      } catch (thrown) {
        const error = signal.reason instanceof DialsError ? signal.reason : toDialsError(databaseError(thrown))
        failed(error)
        if (error.code === 'INTERNAL_SERVER_ERROR') log.error({ err: error.cause, transaction: error.transaction }, 'a download failed')
        return problem(reply, error)
      }
    }
  }

  async function download(begun: Begun, read: (request: FastifyRequest) => Promise<DownloadRequest>): Promise<FastifyReply> {
    const { request, reply, context, signal, closed } = begun
    const wanted = await read(request)
    const { format, csv, input } = wanted
    const { viewer } = context
    // Each opening has a budget of its own: a file may be landed a second time.
    const { budget: _, ...query } = context.query
    const open = (end: AbortSignal) =>
      openDownload(input, { ...query, signal: end, landing, turn: (work) => context.results.inTurn('last', work) }, format.rowsMax)
    const opened = await open(signal)
    reply.header('vary', 'accept, accept-encoding, authorization, origin').header('cache-control', 'private, no-store')
    const version = await cachedAs(request, viewer, opened)
    if (version !== null) {
      reply.header('cache-control', 'public, no-cache')
      const known = knownTag(request, version, wanted)
      if (known !== undefined) return reply.header('etag', known).status(304).send()
    }
    reply.header('content-disposition', disposition(opened.tables, format.extension))
    if (format.name === 'parquet') {
      const land = async (end: AbortSignal) => {
        const recorded = await (await open(end)).record()
        const { file, report } = await recorded.parquet()
        void sha256OfFile(file).then((sha256) => recorded.ended({ rows: report.rowCount, sha256, reasons: reasonsOf(report) }))
        await reports.keep(viewer, report)
        return { file, report }
      }
      return sendLanded(request, reply, signal, await files.of(keyOf(query, wanted, opened), howOf(wanted), land, signal))
    }
    if (format.name === 'geojson' && opened.notWgs84 !== undefined)
      throw new BadUserInput(`GeoJSON is in WGS84 (RFC 7946). ${opened.notWgs84} Take csv, ndjson or parquet.`)
    const framed = format.text?.(opened.columns, csv)
    if (framed === undefined || !opened.streams) checkMemory(landing)
    if (format.name === 'xlsx') refuseColumnsBeyondSheet(opened.columns)
    reply.type(format.name === 'csv' ? `${format.mediaTypes[0]}; charset=utf-8` : format.mediaTypes[0])
    if (version !== null) reply.header('etag', etagOf(version, wanted))
    if (request.method === 'HEAD') return reply.send()
    const recorded = await opened.record()
    const { complete, pieces } = await begin().catch((thrown: unknown) => {
      recorded.ended({ reasons: [toDialsError(thrown).code] })
      throw thrown
    })
    const first = await pieces.next()
    endWith(signal, pieces)
    describe(reply, recorded, complete)
    const rows = resumed(first, pieces)
    // A workbook is compressed already.
    const coding = format.name === 'xlsx' ? 'identity' : downloadCoding(request)
    return sendPieces(reply, keeping(begun, recorded, framed === undefined ? rows : framedText(rows, framed)), coding)

    async function begin(): Promise<WrittenDownload> {
      const atVersion = version ?? undefined
      if (framed !== undefined) return recorded.text(framed.form, atVersion)
      if (format.name === 'arrow') {
        const leave = await arrowClients.enter(viewer, request.ip, signal)
        if (leave instanceof DialsError) throw leave
        void closed.then(leave)
        return arrowOf(recorded, signal, atVersion)
      }
      return workbookOf(recorded, { input, at: new Date(), licences: await licencesOf(context.loaders, opened.tables) }, atVersion)
    }
  }

  /** The pieces. Once they have ended, the report is kept, and the audit log says what was sent. */
  async function* keeping(
    { request, context, signal, failed }: Begun,
    recorded: RecordedDownload,
    pieces: AsyncGenerator<Uint8Array, AnswerReport>,
  ): AsyncGenerator<Uint8Array> {
    const sent = createHash('sha256')
    try {
      let next = await pieces.next()
      for (; next.done !== true; next = await pieces.next()) {
        sent.update(next.value)
        yield next.value
      }
      if (signal.aborted) throw signal.reason
      const report = next.value
      recorded.ended({ rows: report.rowCount, sha256: sent.digest('hex'), reasons: reasonsOf(report) })
      await reports.keep(context.viewer, report)
    } catch (thrown) {
      recorded.ended({ reasons: [toDialsError(databaseError(thrown)).code] })
      cutOff(request.raw.socket)
      // Nothing broke off where the client has left.
      if (!signal.aborted) {
        const error = toDialsError(databaseError(thrown))
        failed(error)
        log.warn({ err: thrown, transaction: error.transaction }, 'a download broke off')
      }
      throw thrown
    } finally {
      // A client that leaves ends it here.
      recorded.ended({ reasons: ['It was not sent to its end.'] })
      await pieces.return(undefined as never)
    }
  }

  function sendLanded(request: FastifyRequest, reply: FastifyReply, signal: AbortSignal, landed: Landed): Promise<FastifyReply> {
    const { report } = landed
    describe(reply, report, report.complete)
    reply.type('application/vnd.apache.parquet').header('content-location', `/query/${report.transaction}/rows.parquet`)
    return sendFile(request, reply, landed, signal)
  }

  async function sendAgain({ request, reply, context, signal }: Begun): Promise<FastifyReply> {
    const { transaction } = request.params as { transaction: string }
    if (!isUuid(transaction) || (await reports.of(context.viewer, transaction)) === undefined) return unknown(reply, transaction)
    const landed = files.ofTransaction(transaction)
    if (landed !== undefined) return sendLanded(request, reply.header('cache-control', 'private, no-store'), signal, landed)
    return problem(
      reply,
      new BadRequest(410, 'This file is gone: it stays for two minutes after it was last asked for. Run the query again.'),
    )
  }

  async function sendReport({ request, reply, context }: Begun): Promise<FastifyReply> {
    const { transaction } = request.params as { transaction: string }
    const report = isUuid(transaction) ? await reports.of(context.viewer, transaction) : undefined
    if (report === undefined) return unknown(reply, transaction)
    return reply
      .header('cache-control', 'private, no-store')
      .type('application/json')
      .send(JSON.stringify(told(report)))
  }
}

/** The members of a ResultSet of the graph, without its rows. */
function told({ columns, ...report }: AnswerReport): object {
  return { ...report, columns: columns.map(({ shape, ...column }) => ({ ...column, type: shape.type, scale: shape.scale })) }
}

function unknown(reply: FastifyReply, transaction: string): FastifyReply {
  const what = `There is no report of a download ${transaction.slice(0, 36)} of yours. It is there once the download has ended, for 24 hours.`
  return problem(reply, new BadRequest(404, what))
}

function describe(reply: FastifyReply, { transaction, receipt }: Transaction, complete: boolean): void {
  reply.header('link', `</query/${transaction}/report>; rel="describedby"`).header('dials-result', `complete=${complete}`)
  if (receipt !== null) reply.header('dials-receipt', Buffer.from(receipt.proof).toString('base64'))
}

/** Ends the work with the signal, also where nobody ever reads what it makes. */
function endWith(signal: AbortSignal, pieces: AsyncGenerator<Uint8Array, AnswerReport>): void {
  const end = () => void pieces.return(undefined as never).catch(() => undefined)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
}

/** Whose download of what it is, with the columns that this viewer may have now. */
function keyOf(
  { viewer, policy }: Pick<QueryContext, 'viewer' | 'policy'>,
  { input, format }: DownloadRequest,
  { columns }: Download,
): string {
  return JSON.stringify([holderOf(viewer), policy?.purpose ?? null, format.name, input, columns])
}
