import { Readable } from 'node:stream'
import { constants } from 'node:zlib'
import { ZipFile } from 'yazl'
import type { NamedShape } from '../../../connector/engine.js'
import { fixedParts, sheets } from './package.js'
import { aboutSheet, rowsSheet } from './sheets.js'
import { stylesXml } from './styles.js'

/**
 * An Excel workbook (Office Open XML, ISO/IEC 29500) of two sheets, in pieces. Rows are read as fast as the pieces are.
 * @param rows the rows of the first sheet, as its XML. @param about the rows of the second.
 */
export async function* workbook(
  columns: readonly NamedShape[],
  rows: AsyncIterable<Uint8Array>,
  about: readonly (readonly string[])[],
): AsyncGenerator<Uint8Array, void> {
  const [first, second] = sheets
  const options = { compressionLevel: constants.Z_BEST_SPEED }
  const sheet = Readable.from(framed(), { objectMode: false, highWaterMark: 64 * 1024 })
  const zip = new ZipFile()
  const packed = zip.outputStream as Readable
  sheet.once('error', (thrown) => packed.destroy(thrown))
  for (const [part, xml] of Object.entries({ ...fixedParts, 'xl/styles.xml': stylesXml })) zip.addBuffer(Buffer.from(xml), part, options)
  zip.addReadStream(sheet, first.part, options)
  zip.addBuffer(Buffer.from(aboutSheet(about)), second.part, options)
  zip.end()
  try {
    yield* packed as AsyncIterable<Uint8Array>
  } finally {
    sheet.destroy()
  }

  async function* framed(): AsyncGenerator<Uint8Array> {
    const { head, tail } = rowsSheet(columns)
    yield Buffer.from(head)
    yield* rows
    yield Buffer.from(tail)
  }
}
