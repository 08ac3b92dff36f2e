import type { ColumnDescription, ColumnType } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'

/** What a reader needs to read one file. */
export interface Conversion {
  session: EngineSession
  /** An empty folder for temporary files. The caller removes it. */
  scratch: string
  /** The types that the publisher asks for, by column name. */
  types: ReadonlyMap<string, ColumnType>
  /** The semantic types that the publisher gives, by column name. */
  semanticTypes: ReadonlyMap<string, string>
  /** Rows that are certainly totals stay among the rows, as the publisher asks. */
  keepTotals: boolean
  /** The columns of the file's table at the last harvest. A file without rows gets these. */
  known?: readonly KnownColumn[]
  /** Problems of the file as a whole. Readers add to them. */
  problems: string[]
  signal: AbortSignal
}

/** What is remembered of a column for a file without rows. */
export type KnownColumn = Pick<ColumnDescription, 'name' | 'type' | 'scale'>
