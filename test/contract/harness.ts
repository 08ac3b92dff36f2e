import type { Source } from '../../src/connector/source.js'
import type { Bench } from '../support/query.js'
import type { Wire } from '../support/wire.js'
import type { WorldTable } from '../query/support/world.js'

/** A source of one connector that holds tables which a test gave it. */
export interface Held {
  readonly source: Source
  /** The network that it is reached over, where `words` of its harness are given. */
  readonly wire?: Wire
  /** Words of its configuration that nobody may ever read. */
  readonly secrets: readonly string[]
  /** What scans have left behind: files, connections, statements that run. Empty where nothing is. */
  leftovers(): Promise<readonly string[]>
  /** From now on the source cannot be reached, though it stays open. */
  break(): Promise<void>
  /** Takes the source and all that stands behind it away. */
  remove(): Promise<void>
}

/** How the suite comes by sources of one connector. */
export interface Harness {
  /** `connector:` of hub.yaml. */
  readonly kind: string
  /** Of a source that is reached over a network: what it is asked, as it passes there, where it does a step itself. */
  readonly words?: Readonly<Record<'FILTER' | 'PROJECT' | 'AGGREGATE' | 'SORT' | 'LIMIT', RegExp>>
  /** The types that its tables can have; what it cannot hold is not asked of it. */
  readonly types: readonly WorldTable['columns'][number]['type'][]
  /** A source with these tables: each under its own name (`t-0`), with its columns by their names. Parts land in the bench's folder. */
  open(bench: Bench, tables: readonly WorldTable[]): Promise<Held>
  /** A table of many rows, for what takes long: `big` with columns `n` (INT64, 0 … rows − 1) and `text` (STRING). */
  openBig(bench: Bench, rows: number): Promise<Held>
}
