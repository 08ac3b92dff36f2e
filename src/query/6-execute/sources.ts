import type { Source } from '../../connector/source.js'
import type { DialsError } from '../../errors.js'

/** The open sources of this hub, by spoke. */
export interface Sources {
  get(spokeId: string): OpenSource | undefined
}

/** An open source, and whether queries may use it. */
export interface OpenSource {
  readonly connector: string
  readonly source: Source
  /** Why nothing is asked of it, until an operator has looked. Private: it goes to the log alone. */
  readonly stopped?: string | undefined
  /** Called after every scan, so that `Spoke.status` reflects it. Undefined: the scan succeeded. */
  observed(error: DialsError | undefined): void
  /** False while the source is not asked because it failed repeatedly. Call it once before each scan. */
  admits(): boolean
}
