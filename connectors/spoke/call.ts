import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { context, propagation } from '@opentelemetry/api'
import { scanErrorSchema } from '../../src/connector/scan-request.js'
import { DialsError, type ErrorCode, errorCodes, Reason, SourceTimeout, SourceUnavailable, SourceUnreachable } from '../../src/errors.js'

/** Error codes of a spoke that blame the query or refuse it. Any other code means that the spoke is unusable at present. */
const passed: readonly string[] = [
  'TYPE_MISMATCH',
  'RESULT_TOO_LARGE',
  'BAD_USER_INPUT',
  'FORBIDDEN',
  'AGREEMENT_REQUIRED',
  'PURPOSE_REQUIRED',
  'PURPOSE_NOT_PERMITTED',
  'SOURCE_TIMEOUT',
]
const errorBytesMax = 64 * 1024
const wholeBytesMax = 256 * 1024
/** The characters of a spoke's message that are kept. */
const messageMax = 1000

/** One HTTP request. With a body it is a POST. */
export interface SpokeRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The authority to trust for its certificate, as PEM. Default: the public ones. */
  readonly ca?: string | undefined
  readonly signal: AbortSignal
}

/** A spoke's answer with status 200. The body streams: a reader that waits stops the spoke. */
export interface SpokeAnswer {
  readonly contentType: string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Sends one HTTP request to a spoke over a kept connection. Never follows a redirect. Uses node:http, because `fetch` takes a millisecond
 * of the hub's only thread for each fragment.
 * @throws DialsError for anything but an answer with status 200.
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

function send(url: string, { headers = {}, body, ca, signal }: SpokeRequest): Promise<IncomingMessage> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const sent = request(
      url,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...traceHeaders(), ...headers, ...length },
        ...(ca === undefined ? {} : { ca }),
        signal,
      },
      resolve,
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Reads a short body in one piece, which costs a third of streaming it. */
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

/** The W3C `traceparent` header of the current span; empty without tracing. */
function traceHeaders(): Record<string, string> {
  const headers = {}
  propagation.inject(context.active(), headers)
  return headers
}

/** Turns an error of the exchange with a spoke into one of our errors. */
export function unreachable(spokeId: string, signal: AbortSignal, thrown: unknown): DialsError {
  if (thrown instanceof DialsError) return thrown
  if (signal.aborted) return new SourceTimeout(`The spoke ${spokeId} did not answer in time.`, { cause: thrown })
  if (isOfCertificate(thrown))
    return new SourceUnreachable(
      `The spoke ${spokeId} has no certificate that this hub trusts for its host. If a private authority issued it, hub.yaml has to name that as ca, beside url.`,
      { cause: thrown },
    )
  return new SourceUnreachable(`The spoke ${spokeId} cannot be reached, or broke off its answer.`, { cause: thrown })
}

/** Node reports OpenSSL's reasons as codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isOfCertificate(thrown: unknown): boolean {
  return /CERT|ISSUER|VERIFY/.test((thrown as NodeJS.ErrnoException).code ?? '')
}

/** An error that a spoke reported in our own format. What it says of this hub's own token is for operators, and so only a cause. */
export function toldError(told: unknown, spokeId: string): DialsError {
  const parsed = scanErrorSchema.safeParse(told)
  if (!parsed.success) return new SourceUnreachable(`The spoke ${spokeId} could not answer. It did not say why.`)
  if (parsed.data.code === 'UNAUTHENTICATED')
    return new SourceUnavailable(
      `The spoke ${spokeId} does not accept the token of this hub. Its operator sees why in the hub's log, and by 'dials connector check'.`,
      { cause: new Reason(printable(parsed.data.message)) },
    )
  if (!isCode(parsed.data.code) || !passed.includes(parsed.data.code)) {
    return new SourceUnavailable(`The spoke ${spokeId} could not answer. ${printable(parsed.data.message)}`)
  }
  return new DialsError(parsed.data.code, `${printable(parsed.data.message)} (spoke ${spokeId})`)
}

async function answeredError(response: IncomingMessage, spokeId: string): Promise<DialsError> {
  const { statusCode: status = 0 } = response
  const told = toldIn(await shortText(response))
  const parsed = scanErrorSchema.safeParse(told)
  // Whatever says so, the spoke or a proxy before it, is up.
  if (status === 429 || (status === 503 && response.headers['retry-after'] !== undefined))
    return new SourceUnavailable(`The spoke ${spokeId} has as much to do as it takes on at once. Try again in a moment.`)
  if (status === 413 && parsed.data?.code !== 'RESULT_TOO_LARGE')
    return new DialsError('QUERY_TOO_COMPLEX', `The spoke ${spokeId} takes no request as large as this one. Ask for less at once.`)
  if (parsed.success) return toldError(told, spokeId)
  // A spoke of ours does not phrase errors like this, so something before it did, such as a proxy. What it says of one request is no failure
  // of the spoke.
  const Failure = status >= 400 && status < 500 ? SourceUnavailable : SourceUnreachable
  return new Failure(`The spoke ${spokeId} answered with HTTP status ${status}.`)
}

function toldIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads at most the first 64 KiB of a body. */
export async function shortText(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  try {
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString('utf8')
      if (text.length > errorBytesMax) break
    }
  } catch {
    // The body was cut short. What arrived is enough.
  }
  return text
}

function isCode(code: string): code is ErrorCode {
  return (errorCodes as readonly string[]).includes(code)
}

/** Shortens a spoke's message and removes control characters, because clients see it. */
function printable(message: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  return message.slice(0, messageMax).replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
}
