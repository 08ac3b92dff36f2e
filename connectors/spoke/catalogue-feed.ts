import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import { Reason, SourceUnavailable, SourceUnreachable } from '../../src/errors.js'
import { callSpoke, unreachable } from './call.js'

const lineLengthMax = 16 * 1024 * 1024
const idleMsMax = 60_000

/** Whose feed is read, and how. `ca`: see SpokeRequest. */
export interface Feed {
  readonly token: string
  readonly ca: string | undefined
  readonly spokeId: string
  readonly signal: AbortSignal
}

/** Reads the catalogue feed of a spoke: one event a line (NDJSON). Only checks that lines are JSON; the harvest checks the events. */
export async function* readCatalogue(url: string, { token, ca, spokeId, signal }: Feed): AsyncGenerator<CatalogueEvent> {
  const idle = new AbortController()
  const either = AbortSignal.any([signal, idle.signal])
  const timer = setTimeout(() => idle.abort(), idleMsMax)
  try {
    const response = await callSpoke(url, { headers: { authorization: `Bearer ${token}` }, signal: either, ca }, spokeId)
    if (response.contentType?.split(';')[0] !== 'application/x-ndjson') {
      throw new SourceUnreachable(`What answers as the spoke ${spokeId} is not a spoke: it sent no catalogue.`)
    }
    for await (const line of lines(response.body, () => timer.refresh())) yield parseLine(line, spokeId)
  } catch (thrown) {
    throw unreachable(spokeId, either, thrown)
  } finally {
    clearTimeout(timer)
  }
}

async function* lines(body: AsyncIterable<Uint8Array>, received: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  // The pieces of a line are joined once, when it ends. Joining at every chunk would be quadratic.
  let pieces: string[] = []
  let length = 0
  for await (const chunk of body) {
    received()
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n')
    pieces.push(first)
    length += first.length
    if (length > lineLengthMax) throw new SourceUnavailable('A line of the catalogue is longer than any dataset may be.')
    for (const next of others) {
      const line = pieces.join('')
      pieces = [next]
      length = next.length
      if (line !== '') yield line
    }
  }
  if (pieces.join('') + decoder.decode() !== '') throw new Reason('the feed ended within a line')
}

function parseLine(line: string, spokeId: string): CatalogueEvent {
  try {
    return JSON.parse(line) as CatalogueEvent
  } catch (thrown) {
    throw new SourceUnavailable(`The spoke ${spokeId} sent a catalogue that is not JSON.`, { cause: thrown })
  }
}
