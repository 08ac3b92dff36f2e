import type { Shape } from '../../../connector/column.js'
import type { NamedShape } from '../../../connector/engine.js'
import { xmlHead } from './package.js'
import { headerStyle } from './styles.js'
import { textRow } from './xml.js'

const begin = `${xmlHead}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`

/** What stands before and after the rows of the first sheet: its header stays in sight. */
export function rowsSheet(columns: readonly NamedShape[]): { head: string; tail: string } {
  const frozen =
    '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
  const header = textRow(
    1,
    columns.map(({ name }) => name),
    headerStyle,
  )
  const widths = columns.map(({ name, shape }) => Math.max(widthOf(shape), Math.min(name.length + 2, 40)))
  return { head: `${begin}${frozen}${widthsXml(widths)}<sheetData>${header}`, tail: '</sheetData></worksheet>' }
}

/** The second sheet: rows of texts. An empty row separates what belongs together. */
export function aboutSheet(rows: readonly (readonly string[])[]): string {
  const written = rows.map((texts, index) => textRow(index + 1, texts))
  return `${begin}${widthsXml([24, 60, 30, 16, 12, 60])}<sheetData>${written.join('')}</sheetData></worksheet>`
}

/** In characters. Excel shows #### for a date that is wider than its column. */
function widthOf({ type }: Shape): number {
  if (type === 'TIMESTAMP' || type === 'TIMESTAMPTZ') return 20
  return type === 'STRING' || type === 'INT64' || type === 'DECIMAL' ? 16 : 12
}

function widthsXml(widths: readonly number[]): string {
  const cols = widths.map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`)
  return `<cols>${cols.join('')}</cols>`
}
