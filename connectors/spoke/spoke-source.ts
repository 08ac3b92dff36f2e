import { z } from 'zod'
import { type Capabilities, everything } from '../../src/connector/capabilities.js'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import type { Relation } from '../../src/connector/relation.js'
import type {
  Fragment,
  Health,
  HubSigner,
  PlannedFragment,
  Scan,
  ScanOptions,
  Source,
  SourceContext,
  SpokeProcess,
} from '../../src/connector/source.js'
import { splitBy } from '../../src/connector/split.js'
import { scanRequestBytesMax } from '../../src/connector/scan-request.js'
import { changesOperation, changesSchema } from '../../src/connector/changes.js'
import { DialsError, SourceUnavailable } from '../../src/errors.js'
import { readCatalogue } from './catalogue-feed.js'
import { openScan } from './scan.js'
import { scanText } from '../shared/engine-sql.js'
import { callSpoke, shortText } from './call.js'

/** Bytes of a request beside its relation: the limits of the scan. */
const limitsBytesMax = 1024

/** Milliseconds for a request for changes, which a spoke answers earlier. */
const changesMsMax = 60_000

const healthSchema = z.object({ status: z.enum(['UP', 'DEGRADED', 'DOWN']) })

/** A spoke process as a source of this hub. */
export class SpokeSource implements Source {
  readonly decidesAccess = true
  constructor(
    private readonly context: SourceContext,
    private readonly signer: HubSigner,
    private readonly process: SpokeProcess,
    /** The authority that its certificate is from, as PEM. Default: the public ones. */
    private readonly ca?: string,
  ) {}

  async *harvest(_cursor: string | undefined, signal: AbortSignal): AsyncIterable<CatalogueEvent> {
    const url = await this.process.url(signal)
    const token = await this.signer.sign('catalogue+jwt', this.context.spokeId, '')
    yield* readCatalogue(`${url}/catalogue`, { token, ca: this.ca, spokeId: this.context.spokeId, signal })
  }

  capabilities(): Promise<Capabilities> {
    return Promise.resolve(everything)
  }

  /** Throws QUERY_TOO_COMPLEX before anything is sent: a spoke would refuse so large a request. */
  plan({ relation }: Fragment, capabilities: Capabilities): PlannedFragment {
    const planned = splitBy(capabilities, relation)
    const bytes = Buffer.byteLength(JSON.stringify(planned.pushed)) + limitsBytesMax
    if (bytes <= scanRequestBytesMax) return planned
    throw new DialsError(
      'QUERY_TOO_COMPLEX',
      `This query asks the spoke ${this.context.spokeId} with ${bytes} bytes, and a spoke takes ${scanRequestBytesMax}. Use fewer tables, or fewer and shorter values.`,
    )
  }

  native(pushed: Relation): string {
    return this.context.engine.compile(pushed, scanText)
  }

  execute(planned: PlannedFragment, options: ScanOptions): Scan {
    const { spokeId, scratchFolder, engine } = this.context
    return openScan({ planned, options, signer: this.signer, spokeId, scratchFolder, engine, process: this.process, ca: this.ca })
  }

  async health(signal: AbortSignal): Promise<Health> {
    try {
      const url = await this.process.url(signal)
      const { body } = await callSpoke(`${url}/health`, { signal, ca: this.ca }, this.context.spokeId)
      const told = healthSchema.safeParse(JSON.parse(await shortText(body)))
      return told.success ? { status: told.data.status } : { status: 'DOWN', message: 'What answers there is not a spoke.' }
    } catch (thrown) {
      return { status: 'DOWN', message: thrown instanceof Error ? thrown.message : String(thrown) }
    }
  }

  /** Throws where the spoke does not answer, or is of a version that cannot tell. */
  async changes(since: string | undefined, signal: AbortSignal): Promise<string> {
    const { spokeId } = this.context
    const limited = AbortSignal.any([signal, AbortSignal.timeout(changesMsMax)])
    const url = await this.process.url(limited)
    const token = await this.signer.sign('catalogue+jwt', spokeId, changesOperation(since))
    const query = since === undefined ? '' : `?${new URLSearchParams({ since }).toString()}`
    const { body } = await callSpoke(
      `${url}/changes${query}`,
      { headers: { authorization: `Bearer ${token}` }, ca: this.ca, signal: limited },
      spokeId,
    )
    const told = changesSchema.safeParse(JSON.parse(await shortText(body)))
    if (!told.success) throw new SourceUnavailable(`The spoke ${spokeId} does not tell its changes.`)
    return told.data.revision
  }

  async exchange(message: string, signal: AbortSignal): Promise<string> {
    const { spokeId } = this.context
    const url = await this.process.url(signal)
    const authorization = `Bearer ${await this.signer.sign('purpose+jwt', spokeId, message)}`
    const headers = { authorization, 'content-type': 'application/json' }
    return shortText((await callSpoke(`${url}/audit/exchange`, { headers, body: message, ca: this.ca, signal }, spokeId)).body)
  }

  close(): Promise<void> {
    return this.process.stop()
  }
}
