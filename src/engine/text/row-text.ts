import type { NamedShape, TextForm } from '../../connector/engine.js'
import { integer } from '../sql/type.js'
import { jsonSql, type RenderColumn, rowSql } from '../json/page-sql.js'
import { csvRow } from './csv-row.js'
import { sheetRow } from './sheet-row.js'
import { woundSql } from './wound.js'

/** Rows of a worksheet that stand before the first one of data: the header. */
const headerRows = 1

/** The SQL of one row's text over c0 … cn, and its place. @param after rows that were written before the one of place 1. */
export function rowText(columns: readonly NamedShape[], form: TextForm, after = 0): string {
  switch (form.kind) {
    case 'CSV':
      return csvRow(columns, form)
    case 'NDJSON':
      return `concat(${rowSql(columns.map(exact), 'records', 'EXACT')}, chr(10))`
    case 'GEOJSON':
      return feature(columns, form.geometry)
    case 'SHEET':
      return sheetRow(columns, form, `(place + ${integer(after + headerRows)})`)
  }
}

/** Whole numbers are JSON numbers with all their digits. */
function exact({ name, shape }: NamedShape): RenderColumn {
  return { name, shape, encoding: 'NUMBER' }
}

/** A row as a feature (RFC 7946, 3.2): the other columns are its properties. */
function feature(columns: readonly NamedShape[], geometry: number): string {
  const others = columns.flatMap((column, index) => (index === geometry ? [] : [{ column, index }]))
  const properties =
    others.length === 0
      ? "'{}'"
      : rowSql(
          others.map(({ column }) => exact(column)),
          'records',
          'EXACT',
          others.map(({ index }) => `c${index}`),
        )
  const place = `coalesce(${jsonSql(`c${geometry}`, woundSql(`c${geometry}`))}, 'null')`
  return `concat(',', chr(10), '{"type":"Feature","geometry":', ${place}, ',"properties":', ${properties}, '}')`
}
