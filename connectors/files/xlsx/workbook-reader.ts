import { Readable } from 'node:stream'
import type ExcelJS from 'exceljs'
import { Unreadable } from '../unreadable.js'
import type { ZipFile } from './zip.js'

const partBytesMax = 32 * 1024 * 1024
const stringsBytesMax = 128 * 1024 * 1024
const sheetBytesMax = 1024 ** 3

/**
 * The part of exceljs 4.4.0 (pinned; its last release) that is used: its XML readers without its own unpacking. That one decodes UTF-8
 * chunk by chunk, so a letter on a chunk's edge is lost in silence, writes sheets to the temporary folder, and does not bound what it unpacks.
 */
interface XmlReaders {
  _parseRels(part: Readable): Promise<void>
  _parseWorkbook(part: Readable): Promise<void>
  _parseStyles(part: Readable): Promise<void>
  _parseSharedStrings(part: Readable): AsyncIterable<unknown>
  _parseWorksheet(part: AsyncIterable<string>, number: string): Iterable<{ value: AsyncIterable<ExcelJS.Row> }>
  workbookRels?: { Id: string; Target: string }[]
  properties?: { model?: { date1904?: boolean } }
  model?: { sheets?: { name: string; rId: string; state?: string }[] }
}

/** A sheet of a workbook, in the workbook's order. */
export interface Sheet {
  name: string
  /** Not shown when the workbook is opened. */
  hidden: boolean
  /** Its days count from 1904, as old ones of Macintosh did, and not from 1900. */
  from1904: boolean
  rows(): AsyncIterable<ExcelJS.Row>
}

/** The sheets of an unpacked workbook. Shared strings and styles are read at once; rows as they are asked for. */
export async function openSheets(zip: ZipFile, signal: AbortSignal): Promise<Sheet[]> {
  const options = { worksheets: 'emit', sharedStrings: 'cache', styles: 'cache', hyperlinks: 'ignore', entries: 'ignore' } as const
  // Loaded for the first workbook: it takes a third of a second, and many a spoke has none.
  const { default: excel } = await import('exceljs')
  const readers = new excel.stream.xlsx.WorkbookReader(Readable.from([]), options) as unknown as XmlReaders
  const part = (name: string, bytesMax: number) => Readable.from(zip.text(name, bytesMax, signal))
  try {
    await readers._parseRels(part('xl/_rels/workbook.xml.rels', partBytesMax))
    await readers._parseWorkbook(part('xl/workbook.xml', partBytesMax))
    if (zip.has('xl/styles.xml')) await readers._parseStyles(part('xl/styles.xml', partBytesMax))
    if (zip.has('xl/sharedStrings.xml')) for await (const _ of readers._parseSharedStrings(part('xl/sharedStrings.xml', stringsBytesMax)));
  } catch (thrown) {
    throw broken(thrown, signal)
  }
  return (readers.model?.sheets ?? []).flatMap(({ name, rId, state }) => {
    const target = readers.workbookRels?.find(({ Id }) => Id === rId)?.Target
    if (target === undefined || !/worksheets\/[^/]+\.xml$/.test(target)) return []
    const path = target.startsWith('/') ? target.slice(1) : `xl/${target}`
    return [{ name, hidden: state !== undefined && state !== 'visible', from1904: readers.properties?.model?.date1904 === true, rows: () => rowsOf(readers, zip, path, signal) }]
  })
}

async function* rowsOf(readers: XmlReaders, zip: ZipFile, path: string, signal: AbortSignal): AsyncGenerator<ExcelJS.Row> {
  try {
    for (const { value } of readers._parseWorksheet(zip.text(path, sheetBytesMax, signal), '0')) yield* value
  } catch (thrown) {
    throw broken(thrown, signal)
  }
}

function broken(thrown: unknown, signal: AbortSignal): unknown {
  if (thrown instanceof Unreadable || signal.aborted) return thrown
  return new Unreadable('The workbook is damaged: its parts cannot be read. Open it in a spreadsheet program and save it again.', { cause: thrown })
}
