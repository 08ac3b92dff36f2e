import type { Source } from '../../connector/source.js'
import type { DialsError } from '../../errors.js'

/** The opened sources of this hub, by spoke, and where their state is kept. */
export interface Sources {
  get(spokeId: string): OpenSource | undefined
}

/** A source that queries may be sent to. */
export interface OpenSource {
  readonly connector: string
  readonly source: Source
  /** Told after every scan, so that `Spoke.status` follows what queries meet. */
  observed(error: DialsError | undefined): void
  /** False while the source is left alone: it has failed again and again. To be asked once before each scan. */
  admits(): boolean
}
