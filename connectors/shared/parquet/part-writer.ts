import type { Shape } from '../../../src/connector/column.js'
import type { LandedFile } from '../../../src/connector/engine.js'
import { ResultTooLarge } from '../../../src/errors.js'
import { ColumnPage } from './column-page.js'
import { writePart } from './part-file.js'

/** A part ends at the engine's row group size, or when it takes too much memory. */
const rowsPerPart = 122_880
const bytesPerPart = 8 * 1024 * 1024

/** Gathers rows in columns and writes them as parts. Holds one part in memory, however large the answer is. */
export class PartWriter {
  /** A relation without columns gets one column of nulls, so that its rows are counted. */
  readonly columns: readonly ColumnPage[]
  #rowsGiven = 0
  #bytesGiven = 0

  constructor(
    shapes: readonly Shape[],
    private readonly limits: { rowsMax: number; bytesMax: number },
    private readonly folder: string,
  ) {
    this.columns = (shapes.length === 0 ? [{ type: 'INT64' as const }] : shapes).map((shape) => new ColumnPage(shape))
  }

  /** All rows gathered so far, written or not. */
  get rows(): number {
    return this.#rowsGiven + (this.columns[0]?.rows ?? 0)
  }

  /** Whether the gathered rows must be written before more are added. @param bytes the bytes received since the last part. */
  isFull(bytes: number): boolean {
    return bytes >= bytesPerPart || (this.columns[0]?.rows ?? 0) >= rowsPerPart || this.rows > this.limits.rowsMax
  }

  /** Writes the gathered rows as a part. @throws ResultTooLarge beyond the limits; no file remains then. */
  async write(): Promise<LandedFile> {
    if (this.rows > this.limits.rowsMax)
      throw new ResultTooLarge(`The answer of one source has more than ${this.limits.rowsMax} rows. Filter more, or group.`)
    const file = await writePart(this.columns, this.folder)
    this.#bytesGiven += file.bytes
    if (this.#bytesGiven > this.limits.bytesMax) {
      await file.release()
      throw new ResultTooLarge(`The answer of one source is larger than ${this.limits.bytesMax} bytes. Filter more, or group.`)
    }
    this.#rowsGiven += this.columns[0]?.rows ?? 0
    for (const column of this.columns) column.reset()
    return file
  }
}
