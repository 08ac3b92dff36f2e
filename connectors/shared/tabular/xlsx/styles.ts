import { builtInFormats } from './built-in-formats.js'
import { general, type NumberFormat, parseNumberFormat } from './number-format.js'
import type { Package } from './package.js'
import type { Attributes } from './xml-reader.js'

/** The number format of a cell, by the number of its style; undefined if the workbook lacks that style. */
export type Styles = (style: string | undefined) => NumberFormat | undefined

/** The styles of a workbook without any: its only style is the default, which shows numbers as they are. */
export const noStyles: Styles = (style) => (style === undefined || style === '0' ? general : undefined)

/** Reads the number formats from a workbook's styles (ECMA-376, part 1, 18.8.10 and 18.8.30). */
export async function readStyles(parts: Package, part: string): Promise<Styles> {
  const codes = new Map<number, string>(builtInFormats)
  const cells: Attributes[] = []
  const named: Attributes[] = []
  let list: Attributes[] | undefined
  await parts.read(part, 'styleSheet', {
    open: (name, attributes) => {
      if (name === 'cellXfs') list = cells
      else if (name === 'cellStyleXfs') list = named
      else if (name === 'xf') list?.push(attributes)
      else if (name === 'numFmt' && attributes.numFmtId !== undefined && attributes.formatCode !== undefined && list === undefined)
        codes.set(Number(attributes.numFmtId), attributes.formatCode)
    },
    close: (name) => {
      if (name === 'cellXfs' || name === 'cellStyleXfs') list = undefined
    },
  })
  const parsed = new Map<string, NumberFormat>()
  const formatOf = (code: string | undefined) => {
    if (code === undefined) return general
    const format = parsed.get(code) ?? parseNumberFormat(code)
    parsed.set(code, format)
    return format
  }
  // Only the formats of styles that cells have are parsed.
  const formats = new Map<number, NumberFormat>()
  const formatAt = (style: number) => {
    const known = formats.get(style)
    const xf = cells[style]
    if (known !== undefined || xf === undefined) return known
    const id = xf.numFmtId ?? named[Number(xf.xfId)]?.numFmtId
    const format = formatOf(codes.get(Number(id ?? 0)))
    formats.set(style, format)
    return format
  }
  return (style) => (style === undefined ? (formatAt(0) ?? general) : (formatAt(Number(style)) ?? (style === '0' ? general : undefined)))
}
