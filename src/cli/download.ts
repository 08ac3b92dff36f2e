import type { FormatName } from '../api/download-url.js'
import { type DialsError, SourceUnavailable } from '../errors.js'
import { type Hub, noHub, notAHub, refusal, viewerHeaders } from './ask-graph.js'
import { byteText } from './byte-text.js'
import { graphErrorText, type Report } from './query-text.js'
import { strikingSecrets } from './strike-secrets.js'

/** A download that has begun. */
export interface Download {
  /** The file, once. @throws SOURCE_UNAVAILABLE where it breaks off. */
  readonly bytes: AsyncGenerator<Uint8Array, void>
  /** False where a source failed under PARTIAL. */
  readonly complete: boolean
  /** What is known of it once it has ended, without its rows. Undefined where the hub does not say it. */
  report(): Promise<Report | undefined>
}

/** The problem (RFC 9457) that a hub answers in place of a file. */
interface Problem {
  detail?: unknown
  code?: string
  inputPath?: (string | number)[]
  suggestions?: string[]
}

/** Where the report is: of the hub's own transaction, and nothing else that a header may hold. */
const reportLink = /^<(\/query\/([0-9a-f-]{36})\/report)>/

/** Begins the download of a query's answer. Throws DialsError as `askGraph` does, never with the token in it. */
export async function openDownload(hub: Hub, input: object, format: FormatName): Promise<Download> {
  return strikingSecrets(hub.token === undefined ? [] : [hub.token], async () => {
    const response = await ask(hub, `/query?format=${format}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    })
    if (!response.ok) throw await refused(hub, response)
    const [, report, transaction] = reportLink.exec(response.headers.get('link') ?? '') ?? []
    if (response.body === null || report === undefined) throw notAHub(hub.url, response)
    return {
      bytes: unbroken(hub, response.body, transaction),
      complete: response.headers.get('dials-result') === 'complete=true',
      report: () => reportAt(hub, report),
    }
  })
}

async function ask({ url, signal, ...viewer }: Hub, path: string, { headers, ...request }: RequestInit = {}): Promise<Response> {
  const ended = signal === undefined ? {} : { signal }
  // Not packed: the fetch of Node 20 unpacks some hundred megabytes for a minute.
  const all = { ...headers, ...viewerHeaders(viewer), 'accept-encoding': 'identity' }
  return fetch(`${url}${path}`, { ...request, ...ended, headers: all }).catch((thrown: unknown) => {
    throw signal?.aborted === true ? thrown : noHub(url, thrown)
  })
}

async function refused({ url, token }: Hub, response: Response): Promise<DialsError> {
  const problem = (await response.json().catch(() => null)) as Problem | null
  if (typeof problem?.detail !== 'string') return notAHub(url, response)
  const { detail, code, inputPath, suggestions } = problem
  const error = {
    message: detail,
    extensions: {
      ...(code === undefined ? {} : { code }),
      ...(inputPath === undefined ? {} : { inputPath }),
      ...(suggestions === undefined ? {} : { suggestions }),
    },
  }
  return refusal(error, graphErrorText(error), token)
}

/** The bytes of a body, to its end. A hub that fails meanwhile ends the connection, so that no short file looks whole. */
async function* unbroken({ signal }: Hub, body: ReadableStream<Uint8Array>, transaction = ''): AsyncGenerator<Uint8Array, void> {
  let bytes = 0
  try {
    for await (const piece of body) {
      bytes += piece.length
      yield piece
    }
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    const after = `after ${byteText(bytes)} (${codeOf(cause)})`
    throw new SourceUnavailable(
      `SOURCE_UNAVAILABLE: The download broke off ${after}: the hub or a source failed. Its log has the transaction ${transaction}. Run the query again.`,
      { cause },
    )
  }
}

/** Node's name of the failure: `UND_ERR_SOCKET`, `ECONNRESET`. */
function codeOf(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  return (cause as NodeJS.ErrnoException).code ?? 'unknown'
}

async function reportAt(hub: Hub, path: string): Promise<Report | undefined> {
  const response = await ask(hub, path).catch(() => undefined)
  return response?.ok === true ? ((await response.json().catch(() => undefined)) as Report | undefined) : undefined
}
