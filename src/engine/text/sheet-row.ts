import type { Shape } from '../../connector/column.js'
import type { NamedShape, TextForm } from '../../connector/engine.js'
import { columnLetters } from '../../connector/column-letters.js'
import { scalarSql } from '../json/page-sql.js'
import { decimalScale, quote } from '../sql/type.js'
import { xmlTextSql } from './xml-text.js'

/** The day of number 0, for days after Excel's 29 February 1900, which never was. */
const dayZero = "DATE '1899-12-30'"
/** The days whose numbers mean the same day in every program. */
const days = "BETWEEN DATE '1900-03-01' AND DATE '9999-12-31'"
/** Excel keeps 15 digits of a number. */
const digitsMax = 15
const wholeMax = '9'.repeat(digitsMax)

/** A cell as a number where `when` holds, and as text elsewhere. Where its SQL is null there is no cell. */
interface CellSql {
  readonly number?: { readonly when: string; readonly value: string }
  readonly text?: string
}

/**
 * A row of a worksheet (ISO/IEC 29500-1, 18.3.1.73). Text is an inline string, so it never is a formula or a number. Numbers of more than 15
 * digits are text too, since Excel would round them, and so are days that it does not know. Null, NaN and the infinities are no cell.
 * @param row SQL of the row's number in the sheet.
 */
export function sheetRow(columns: readonly NamedShape[], { styles }: Extract<TextForm, { kind: 'SHEET' }>, row: string): string {
  const cells = columns.map(({ shape }, index) => {
    const { number, text } = cellSql(`c${index}`, shape)
    const begin = `${quote(`<c r="${columnLetters(index)}`)}, ${row}`
    const type = shape.type === 'BOOLEAN' ? ' t="b"' : ''
    const asNumber =
      number && `WHEN ${number.when} THEN concat(${begin}, '" s="${styles[index] ?? 0}"${type}><v>', ${number.value}, '</v></c>')`
    const asText =
      text && `WHEN ${text} IS NOT NULL THEN concat(${begin}, '" t="inlineStr"><is><t xml:space="preserve">', ${text}, '</t></is></c>')`
    return `CASE ${[asNumber, asText].filter((branch) => branch !== undefined).join(' ')} END`
  })
  return `concat('<row r="', ${row}, '">', ${cells.join(', ')}, '</row>')`
}

function cellSql(cell: string, shape: Shape): CellSql {
  const exact = scalarSql(cell, { name: '', shape, encoding: 'NUMBER' }, 'EXACT')
  const written = `CAST(${exact} AS VARCHAR)`
  switch (shape.type) {
    case 'STRING':
    case 'GEOMETRY':
    case 'JSON':
    case 'LIST':
      return { text: xmlTextSql(cell) }
    case 'BOOLEAN':
      return { number: { when: `${cell} IS NOT NULL`, value: `CAST(CAST(${cell} AS TINYINT) AS VARCHAR)` } }
    case 'DOUBLE':
      return { number: { when: `isfinite(${cell})`, value: written } }
    case 'INT64':
      return { number: { when: `${cell} BETWEEN -${wholeMax} AND ${wholeMax}`, value: written }, text: written }
    case 'DECIMAL':
      return { number: { when: `strlen(${digits(written, decimalScale(shape))}) <= ${digitsMax}`, value: written }, text: written }
    case 'DATE':
      return { number: { when: `${cell} ${days}`, value: `CAST(date_diff('day', ${dayZero}, ${cell}) AS VARCHAR)` }, text: written }
    case 'TIME':
      return { number: { when: `${cell} < TIME '24:00:00'`, value: share(cell) }, text: written }
    case 'TIMESTAMP':
      return timestampCell(cell, written)
    case 'TIMESTAMPTZ':
      return timestampCell(`(${cell} AT TIME ZONE 'UTC')`, written)
  }
}

/** The significant digits of a decimal's text: none of the zeros before them, and none at the end of a fraction. */
function digits(written: string, scale: number): string {
  const bare = scale === 0 ? written : `rtrim(${written}, '0')`
  return `ltrim(replace(replace(${bare}, '-', ''), '.', ''), '0')`
}

/** Days since day 0, the time as a share of the last one. */
function timestampCell(local: string, written: string): CellSql {
  const day = `date_diff('day', ${dayZero}, CAST(${local} AS DATE))`
  return {
    number: {
      when: `isfinite(${local}) AND CAST(${local} AS DATE) ${days}`,
      value: `CAST(${day} + ${shareOfDay(`CAST(${local} AS TIME)`)} AS VARCHAR)`,
    },
    text: written,
  }
}

function share(time: string): string {
  return `CAST(${shareOfDay(time)} AS VARCHAR)`
}

function shareOfDay(time: string): string {
  // Down to the millisecond, which is all that Excel has: a part of one more would be rounded into the next day.
  return `CAST(date_diff('millisecond', TIME '00:00:00', ${time}) AS DOUBLE) / 86400000`
}
