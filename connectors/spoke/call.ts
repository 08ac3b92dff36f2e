import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { context, propagation } from '@opentelemetry/api'
import { scanErrorSchema } from '../../src/connector/scan-request.js'
import { DialsError, type ErrorCode, errorCodes, SourceTimeout, SourceUnavailable, SourceUnreachable } from '../../src/errors.js'

/** Codes of a spoke that are the query's own fault or a refusal; every other means that the spoke is of no use now. */
const passed: readonly string[] = [
  'TYPE_MISMATCH',
  'RESULT_TOO_LARGE',
  'BAD_USER_INPUT',
  'FORBIDDEN',
  'AGREEMENT_REQUIRED',
  'SOURCE_TIMEOUT',
]
const errorBytesMax = 64 * 1024
const wholeBytesMax = 256 * 1024

/** One HTTP request; a POST where it has a body. */
export interface SpokeRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** A spoke's answer with status 200. Its body comes as it is read: a reader that waits stops the spoke. */
export interface SpokeAnswer {
  readonly contentType: string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * One HTTP request to a spoke, over a connection that is kept. Never follows a redirect. Throws a DialsError for whatever is not its answer
 * with status 200. By node:http, since `fetch` takes a millisecond of the hub's one thread for each fragment.
 */
export async function callSpoke(url: string, wanted: SpokeRequest, spokeId: string): Promise<SpokeAnswer> {
  let response: IncomingMessage
  try {
    response = await send(url, wanted)
  } catch (thrown) {
    throw unreachable(spokeId, wanted.signal, thrown)
  }
  if (response.statusCode === 200) return { contentType: response.headers['content-type'], body: bodyOf(response) }
  throw await answeredError(response, spokeId)
}

function send(url: string, { headers = {}, body, signal }: SpokeRequest): Promise<IncomingMessage> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const sent = request(
      url,
      { method: body === undefined ? 'GET' : 'POST', headers: { ...traceHeaders(), ...headers, ...length }, signal },
      resolve,
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A short body as one piece, which costs a third of what reading it as a stream does. */
async function* bodyOf(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  if (Number(response.headers['content-length'] ?? Infinity) <= wholeBytesMax) yield await whole(response)
  else yield* response
}

function whole(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    response.on('data', (piece: Buffer) => pieces.push(piece))
    response.on('end', () => resolve(Buffer.concat(pieces)))
    response.on('error', reject)
  })
}

/** W3C `traceparent` of the span that is open here; none where nothing is traced. */
function traceHeaders(): Record<string, string> {
  const headers = {}
  propagation.inject(context.active(), headers)
  return headers
}

/** What was thrown while a spoke was talked to, as one of our errors. */
export function unreachable(spokeId: string, signal: AbortSignal, thrown: unknown): DialsError {
  if (thrown instanceof DialsError) return thrown
  if (signal.aborted) return new SourceTimeout(`The spoke ${spokeId} did not answer in time.`, { cause: thrown })
  return new SourceUnreachable(`The spoke ${spokeId} cannot be reached, or broke off its answer.`, { cause: thrown })
}

/** An error that a spoke told in our own form. */
export function toldError(told: unknown, spokeId: string): DialsError {
  const parsed = scanErrorSchema.safeParse(told)
  if (!parsed.success) return new SourceUnreachable(`The spoke ${spokeId} could not answer. It did not say why.`)
  if (!isCode(parsed.data.code) || !passed.includes(parsed.data.code)) {
    return new SourceUnavailable(`The spoke ${spokeId} could not answer. ${printable(parsed.data.message)}`)
  }
  return new DialsError(parsed.data.code, `${printable(parsed.data.message)} (spoke ${spokeId})`)
}

async function answeredError(response: IncomingMessage, spokeId: string): Promise<DialsError> {
  const text = await shortText(response)
  try {
    return toldError(JSON.parse(text), spokeId)
  } catch {
    // No spoke of ours words an error so: something in front of it did, a proxy for one.
    return new SourceUnreachable(`The spoke ${spokeId} answered with HTTP status ${response.statusCode}.`)
  }
}

/** The first 64 KiB of a body. */
export async function shortText(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  try {
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString('utf8')
      if (text.length > errorBytesMax) break
    }
  } catch {
    // It was cut short; what came is all there is.
  }
  return text
}

function isCode(code: string): code is ErrorCode {
  return (errorCodes as readonly string[]).includes(code)
}

/** A spoke's words reach clients, so they are kept short and plain. */
function printable(message: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  return message.slice(0, 300).replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
}
