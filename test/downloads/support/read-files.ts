import { tableFromIPC } from 'apache-arrow'
import ExcelJs from 'exceljs'

/** The names of columns, and their rows. */
export interface ReadTable {
  readonly names: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

/** Reads an Arrow stream. Decimals are text, in the graph's way. */
export function readArrow(bytes: Uint8Array): ReadTable {
  const table = tableFromIPC(bytes)
  const names = table.schema.fields.map(({ name }) => name)
  const columns = names.map((_, index) => {
    const vector = table.getChildAt(index)
    return Array.from({ length: table.numRows }, (_row, row) => asInGraph(String(vector?.type), vector?.get(row) as unknown))
  })
  return { names, rows: Array.from({ length: table.numRows }, (_, row) => columns.map((column) => column[row])) }
}

/** A cell of Arrow as the graph writes it, but for numbers and dates. */
export function asInGraph(type: string, value: unknown): unknown {
  if (value === null) return null
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  if (/^Decimal/.test(type)) {
    const scale = Number(/e\+?(\d+)/.exec(type)?.[1] ?? 0)
    const digits = String(wholeOf(value as Uint32Array))
    const [sign, bare] = digits.startsWith('-') ? ['-', digits.slice(1)] : ['', digits]
    const padded = bare.padStart(scale + 1, '0')
    return scale === 0 ? `${sign}${bare}` : `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
  }
  return value
}

/** The whole number of a decimal: 128 bits, the lowest first. */
function wholeOf(words: Uint32Array): bigint {
  return BigInt.asIntN(
    128,
    words.reduceRight((whole, word) => (whole << 32n) | BigInt(word), 0n),
  )
}

/** Reads the first sheet of a workbook. An absent cell is null. */
export async function readWorkbook(bytes: Uint8Array): Promise<ReadTable> {
  const workbook = new ExcelJs.Workbook()
  await workbook.xlsx.load(bytes as unknown as ArrayBuffer)
  const [sheet] = workbook.worksheets
  if (sheet === undefined) throw new Error('the workbook has no sheet')
  const cellsOf = (row: number) =>
    Array.from({ length: sheet.columnCount }, (_, index) => decoded(sheet.getRow(row).getCell(index + 1).value))
  return { names: cellsOf(1).map(String), rows: Array.from({ length: sheet.rowCount - 1 }, (_, row) => cellsOf(row + 2)) }
}

/** ST_Xstring (ISO/IEC 29500-1, 22.9.2.19), as Excel reads it. This library does so for shared strings only. */
export function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return value
  return value.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
}
