import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { LogReader } from '../../audit/read/log-reader.js'
import { SpokeWitness } from '../../audit/witness/spoke-witness.js'
import type { OpenSources } from '../../catalogue/open-sources.js'
import type { HubStart } from './options.js'

/** Milliseconds between two exchanges with a spoke, and the most that one may take. */
const everyMs = 60_000
const exchangeMsMax = 15_000

/** Has hub and spokes witness each other's audit logs, again and again. */
export async function witnessSpokes({ config, log, undo }: HubStart, knex: Knex, reader: LogReader, sources: OpenSources): Promise<void> {
  const witness = new SpokeWitness(knex, reader, log)
  // What was stopped before this hub started is asked nothing, from the first query on.
  for (const { id } of config.spokes) sources.stop(id, await witness.stoppedOf(id))
  const stopping = new AbortController()
  const { signal } = stopping
  const follow = async (spoke: string, exchange: (message: string, signal: AbortSignal) => Promise<string>) => {
    while (!signal.aborted) {
      try {
        const limited = AbortSignal.any([signal, AbortSignal.timeout(exchangeMsMax)])
        sources.stop(spoke, await witness.exchange(spoke, exchange, limited))
      } catch (thrown) {
        if (!signal.aborted)
          log.warn({ spoke, err: thrown }, 'the audit logs of hub and spoke were not compared; they will be, in a minute')
      }
      await delay(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
  const following = config.spokes.flatMap(({ id }) => {
    const source = sources.get(id)?.source
    return source?.exchange === undefined ? [] : [follow(id, source.exchange.bind(source))]
  })
  undo.add(async () => {
    stopping.abort()
    await Promise.allSettled(following)
  })
}
