import type { ColumnDescription, ColumnType } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'

/** What a reader works with. */
export interface Conversion {
  session: EngineSession
  /** An empty folder for files under way; removed afterwards. */
  scratch: string
  /** Types that the publisher demands, by column name. */
  types: ReadonlyMap<string, ColumnType>
  /** The columns that the file's table had when it was last harvested: those of a file that holds no rows now. */
  known?: readonly KnownColumn[]
  /** What is to be told of the file as a whole. */
  problems: string[]
  signal: AbortSignal
}

/** What is kept of a column for a table without rows. */
export type KnownColumn = Pick<ColumnDescription, 'name' | 'type' | 'scale'>
