import { scanErrorSchema } from '../../src/connector/scan-request.js'
import { DialsError, type ErrorCode, errorCodes, SourceTimeout, SourceUnavailable } from '../../src/errors.js'

/** Codes of a spoke that are the query's own fault or a refusal; every other means that the spoke is of no use now. */
const passed: readonly string[] = ['TYPE_MISMATCH', 'RESULT_TOO_LARGE', 'BAD_USER_INPUT', 'FORBIDDEN', 'AGREEMENT_REQUIRED', 'SOURCE_TIMEOUT']
const errorBytesMax = 64 * 1024

/** One HTTP request to a spoke. Never follows a redirect. Throws a DialsError for whatever is not its answer with status 200. */
export async function callSpoke(url: string, init: RequestInit & { signal: AbortSignal }, spokeId: string): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, { ...init, redirect: 'error' })
  } catch (thrown) {
    throw unreachable(spokeId, init.signal, thrown)
  }
  if (response.status === 200) return response
  throw await answeredError(response, spokeId)
}

/** What was thrown while a spoke was talked to, as one of our errors. */
export function unreachable(spokeId: string, signal: AbortSignal, thrown: unknown): DialsError {
  if (thrown instanceof DialsError) return thrown
  if (signal.aborted) return new SourceTimeout(`The spoke ${spokeId} did not answer in time.`, { cause: thrown })
  return new SourceUnavailable(`The spoke ${spokeId} cannot be reached, or broke off its answer.`, { cause: thrown })
}

/** An error that a spoke told in our own form. */
export function toldError(told: unknown, spokeId: string): DialsError {
  const parsed = scanErrorSchema.safeParse(told)
  if (!parsed.success || !isCode(parsed.data.code) || !passed.includes(parsed.data.code)) {
    const why = parsed.success ? printable(parsed.data.message) : 'It did not say why.'
    return new SourceUnavailable(`The spoke ${spokeId} could not answer. ${why}`)
  }
  return new DialsError(parsed.data.code, `${printable(parsed.data.message)} (spoke ${spokeId})`)
}

async function answeredError(response: Response, spokeId: string): Promise<DialsError> {
  const text = await shortText(response)
  try {
    return toldError(JSON.parse(text), spokeId)
  } catch {
    return new SourceUnavailable(`The spoke ${spokeId} answered with HTTP status ${response.status}.`)
  }
}

async function shortText(response: Response): Promise<string> {
  let text = ''
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString('utf8')
      if (text.length > errorBytesMax) break
    }
  } catch {
    // The error page itself was cut short; its status is all there is.
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
