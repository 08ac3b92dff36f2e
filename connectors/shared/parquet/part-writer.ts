import type { Shape } from '../../../src/connector/column.js'
import type { LandedFile } from '../../../src/connector/engine.js'
import { ResultTooLarge } from '../../../src/errors.js'
import { ColumnPage } from './column-page.js'
import { writePart } from './part-file.js'

/** What ends a part: the engine's own row group, or memory. */
const rowsPerPart = 122_880
const bytesPerPart = 8 * 1024 * 1024

/** Gathers rows in columns until they are a part. Holds one part in memory, whatever the answer's size. */
export class PartWriter {
  /** A relation without columns has one of nulls, so that its rows are counted. */
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

  get rows(): number {
    return this.#rowsGiven + (this.columns[0]?.rows ?? 0)
  }

  /** Whether what was gathered has to be written before more is taken. @param bytes what the rows since the last part came as. */
  isFull(bytes: number): boolean {
    return bytes >= bytesPerPart || (this.columns[0]?.rows ?? 0) >= rowsPerPart || this.rows > this.limits.rowsMax
  }

  /** Writes what was gathered as a part. @throws ResultTooLarge beyond the limits, with nothing left behind. */
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
