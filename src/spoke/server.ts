import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { z } from 'zod'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { checkForm, faultText, readForm } from '../connector/check-form.js'
import type { LandedFile } from '../connector/engine.js'
import { deadlineAfter } from '../connector/deadline.js'
import { type Changes, changesOperation, changesQuerySchema } from '../connector/changes.js'
import { framesMediaType } from '../connector/frames.js'
import { sentence } from '../connector/issue-text.js'
import { jsonSize } from '../connector/json-size.js'
import { scanRequestBytesMax, scanRequestSchema } from '../connector/scan-request.js'
import type { Log, ScanReport } from '../connector/source.js'
import { BadUserInput, DialsError, toDialsError } from '../errors.js'
import type { AdmittedRequest, RequestVerifier } from '../identity/scan-token.js'
import { anonymous } from '../identity/viewer.js'
import { type PinnedIssuer, viewerOfStatement } from '../identity/viewer-statement.js'
import { answerElsewhere, unreadableAddress } from '../net/answer-elsewhere.js'
import { timeOptions } from '../net/limits.js'
import { answerUnreadable } from '../net/unreadable.js'
import { toldSeldom } from '../net/told-seldom.js'
import type { Holdings } from './holdings.js'
import { scan, type ScanContext } from './scan.js'
import { scanAnswer } from './scan-answer.js'
import { type ExchangeAnswer, exchangeBytesMax, exchangeRequestSchema } from '../audit/witness/exchange.js'
import type { HubWitness } from './hub-witness.js'
import type { ScanEnded, ScanRecorder } from './scan-recorder.js'
import { versionOnly } from './version-only.js'

const bodyBytesMax = scanRequestBytesMax
/** Milliseconds between signs of life. A hub gives up on a feed that is silent for a minute. */
const signOfLifeMs = 15_000
/** Milliseconds that a hub waits for a change before it asks again. */
const changesMsMax = 20_000
/** The deepest JSON that is accepted. A filter of depth 64 nests less than this. */
const bodyDepthMax = 300

const statuses: Partial<Record<DialsError['code'], number>> = {
  BAD_USER_INPUT: 400,
  TYPE_MISMATCH: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  AGREEMENT_REQUIRED: 403,
  PURPOSE_REQUIRED: 403,
  PURPOSE_NOT_PERMITTED: 403,
  RESULT_TOO_LARGE: 413,
  AUDIT_UNAVAILABLE: 503,
  SOURCE_UNAVAILABLE: 503,
  SOURCE_TIMEOUT: 504,
}

/** What a spoke’s HTTP server needs. `tls` holds PEM texts; without it the server speaks plain HTTP. */
export interface SpokeServerOptions extends Omit<ScanContext, 'holdings'> {
  readonly holdings: Holdings
  readonly verifier: RequestVerifier
  readonly recorder: ScanRecorder
  readonly witness: HubWitness
  /** The issuers that this spoke pins, by which it judges what the hub states of a viewer. */
  readonly issuers: readonly PinnedIssuer[]
  readonly log: Log
  readonly tls?: { cert: Buffer; key: Buffer }
}

/** The spoke's HTTP server: /health for everybody; /catalogue, /changes and /scans only for its own hub, with a new token for each request. */
export function spokeServer(options: SpokeServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    frameworkErrors: (thrown, _request, reply) => void sendError(reply, unreadableAddress(thrown), options.log),
    clientErrorHandler: answerUnreadable((error) => ({ type: 'application/json', text: JSON.stringify(told(error)) })),
    // src/cli/listen.ts answers these, in the form of all errors.
    return503OnClosing: false,
    ...timeOptions(options.tls),
  }) as unknown as FastifyInstance
  // Node would ask for the body of `Expect: 100-continue` at once, before the token was verified.
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response))
  app.removeAllContentTypeParsers()
  const tellRefused = toldSeldom(options.log)
  app.setErrorHandler((thrown, _request, reply) => {
    if (thrown instanceof DialsError && thrown.code === 'UNAUTHENTICATED')
      tellRefused('a request was refused: its token is not that of the hub, or it is not in the audit log of the hub', {
        reason: thrown.message,
      })
    return sendError(reply, thrown, options.log)
  })
  const stopping = new AbortController()
  app.addHook('onSend', async (request, reply) => {
    // A connection that is kept open would keep a spoke that stops.
    if (isUnread(request, reply) || stopping.signal.aborted) void reply.header('connection', 'close')
  })
  const refuseOtherMethods = answerElsewhere(app)
  app.get('/health', () => ({ status: 'UP' }))
  app.get('/catalogue', (request, reply) => catalogue(request, reply, options))
  // A hub that waits for a change would have the server wait for it.
  app.addHook('preClose', (done) => {
    stopping.abort()
    done()
  })
  app.get('/changes', (request, reply) => changes(request, reply, options, stopping.signal))
  void app.register((scope, _options, done) => {
    serveScans(scope, options)
    done()
  })
  // Once the scans have their route.
  void app.after(refuseOtherMethods)
  return app
}

/** The only route that reads bodies, each only after its token was verified. `src/net` bounds their bytes under way. */
function serveScans(app: FastifyInstance, options: SpokeServerOptions): void {
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.decorateRequest('admitted', null)
  app.addHook('onRequest', async (request) => {
    request.setDecorator('admitted', await options.verifier.admit(request.raw.headersDistinct['authorization'], 'purpose+jwt'))
  })
  app.addHook('preParsing', async (request, reply) => {
    if (request.headers.expect !== undefined) reply.raw.writeContinue()
  })
  app.post('/scans', (request, reply) => scans(request, reply, options))
  app.post('/audit/exchange', { bodyLimit: exchangeBytesMax }, (request) => exchange(request, options))
}

async function catalogue(
  request: FastifyRequest,
  reply: FastifyReply,
  { verifier, holdings, log }: SpokeServerOptions,
): Promise<FastifyReply> {
  const signal = disconnectOf(reply)
  const admitted = await verifier.admit(request.raw.headersDistinct['authorization'], 'catalogue+jwt')
  admitted.checkOperation('')
  const events = holdings.harvest(signal)
  // Wait for the first event before the headers are sent: where there is no catalogue at all, the HTTP status can still report it.
  const first = events.next()
  await Promise.race([first, delay(signOfLifeMs, undefined, { ref: false })])
  async function* text() {
    try {
      for (let next = first; ; next = events.next()) {
        yield* signsOfLife(next)
        const { done, value } = await next
        if (done === true) return
        yield `${JSON.stringify(value)}\n`
      }
    } catch (thrown) {
      log.warn({ err: thrown }, 'the catalogue feed broke off')
      throw thrown
    }
  }
  return reply.type('application/x-ndjson').send(Readable.from(text()))
}

/** Answers a hub when the catalogue has changed, or after a while without a change. */
async function changes(
  request: FastifyRequest,
  reply: FastifyReply,
  { verifier, holdings }: SpokeServerOptions,
  stopping: AbortSignal,
): Promise<Changes> {
  const disconnect = disconnectOf(reply)
  const { since } = readForm(changesQuerySchema, request.query, 'the query')
  const admitted = await verifier.admit(request.raw.headersDistinct['authorization'], 'catalogue+jwt')
  admitted.checkOperation(changesOperation(since))
  return { revision: await holdings.changes(since, AbortSignal.any([disconnect, stopping, AbortSignal.timeout(changesMsMax)])) }
}

/** Yields a blank line now and then while a large file is converted, because a hub gives up on a silent feed. */
async function* signsOfLife(until: Promise<unknown>): AsyncGenerator<string> {
  const ended = until.then(
    () => true,
    () => true,
  )
  for (;;) {
    const clock = new AbortController()
    const isOver = await Promise.race([ended, delay(signOfLifeMs, false, { ref: false, signal: clock.signal }).catch(() => true)])
    clock.abort()
    if (isOver) return
    yield '\n'
  }
}

/** Hub and spoke witness each other's audit logs. */
function exchange(request: FastifyRequest, { witness }: SpokeServerOptions): Promise<ExchangeAnswer> {
  const body = typeof request.body === 'string' ? request.body : ''
  request.getDecorator<AdmittedRequest>('admitted').checkOperation(body)
  return witness.exchange(parsed(exchangeRequestSchema, body, 'exchange'))
}

async function scans(request: FastifyRequest, reply: FastifyReply, options: SpokeServerOptions): Promise<FastifyReply> {
  const disconnect = disconnectOf(reply)
  const body = typeof request.body === 'string' ? request.body : ''
  const admitted = request.getDecorator<AdmittedRequest>('admitted')
  admitted.checkOperation(body)
  const wanted = parsed(scanRequestSchema, body, 'scan')
  admitted.checkGrant(wanted.grant)
  const { signal, clear } = deadlineAfter(wanted.timeoutMs, disconnect)
  reply.raw.once('close', clear)
  // A hub asks for zstd where a network is between it and this spoke.
  const compression = request.headers.accept?.includes('compression=zstd') === true ? 'zstd' : 'snappy'
  const { rowsMax, bytesMax } = wanted
  const limits = { rowsMax, bytesMax, deadline: Date.now() + wanted.timeoutMs, signal, compression } as const
  const viewer = admitted.viewer === undefined ? anonymous : viewerOfStatement(admitted.viewer, options.issuers)
  const grant = wanted.grant && (await options.agreements.accept(wanted.grant))
  const ended = await options.recorder.begin(wanted, viewer, body, grant)
  const parts = ending(scan(versionOnly(wanted.relation) ?? wanted.relation, viewer, grant, options, limits), ended)
  const first = await parts.next()
  return reply.type(framesMediaType).send(await scanAnswer(first, parts, options.log))
}

/** The parts of a scan. Its end is recorded, however it comes. */
async function* ending(parts: AsyncGenerator<LandedFile, ScanReport>, ended: ScanEnded): AsyncGenerator<LandedFile, ScanReport> {
  try {
    const report = yield* parts
    ended({ rows: report.rows })
    return report
  } catch (thrown) {
    ended({ code: toDialsError(thrown).code })
    throw thrown
  } finally {
    // The hub has left.
    ended({ code: 'SOURCE_TIMEOUT' })
  }
}

/** What a body holds. @param what its name in the refusal. @throws BAD_USER_INPUT where it has not the form of its schema. */
function parsed<T>(schema: z.ZodType<T>, body: string, what: string): T {
  if (jsonSize(body).depth > bodyDepthMax) throw new BadUserInput(`The ${what} is nested too deeply.`)
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (thrown) {
    throw new BadUserInput(`The ${what} is not JSON.`, { cause: thrown })
  }
  const checked = checkForm(schema, value)
  if ('value' in checked) return checked.value
  const fault = sentence(faultText(checked.faults[0], 'It'))
  throw new BadUserInput(`The ${what} is not one that this spoke knows: is its version that of the hub? ${fault}`)
}

/**
 * A signal that ends when the client disconnects before its answer is complete. Call it before the first await, or the event may be missed.
 */
function disconnectOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  whenClosed(reply, () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

/** Calls back once the answer was sent or the client has gone, at once where it already has. */
function whenClosed(reply: FastifyReply, callback: () => void): void {
  if (reply.raw.destroyed) callback()
  else reply.raw.once('close', callback)
}

/** Whether a client may still be sending a body that nobody reads. Only a hub that is told to try again may send it to its end. */
function isUnread({ raw, headers }: FastifyRequest, reply: FastifyReply): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return hasBody && !raw.complete && !reply.hasHeader('retry-after')
}

function sendError(reply: FastifyReply, thrown: unknown, log: Log): FastifyReply {
  const status = (thrown as { statusCode?: number }).statusCode
  const isOfFramework = status !== undefined && status < 500 && !(thrown instanceof DialsError)
  const error = isOfFramework ? new DialsError('BAD_REQUEST', 'The request is malformed.') : toDialsError(thrown)
  if (error.code === 'INTERNAL_SERVER_ERROR') log.error({ err: thrown }, 'a request failed')
  return reply.status(status ?? statuses[error.code] ?? 500).send(told(error))
}

/** An error as a hub reads it. */
function told({ code, message }: DialsError): object {
  return { code, message }
}
