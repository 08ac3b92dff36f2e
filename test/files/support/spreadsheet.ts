import { type ZipPart, zipOf } from './zip.js'

/** What a workbook is made of, as XML; everything has a default. */
export interface SpreadsheetParts {
  /** The rows of each sheet, or the whole part where they begin with `<?xml`. */
  sheets?: readonly string[]
  /** By sheet; default Sheet1 … */
  names?: readonly string[]
  /** Attributes of each `sheet`, such as `state="hidden"`. */
  states?: readonly string[]
  /** What follows `sheetData` in each sheet, and what goes before it. */
  after?: string
  before?: string
  /** The items of the shared texts, as `<si>`. */
  strings?: string
  /** Format codes: style 1 is the first of them, style 0 is General. */
  formats?: readonly string[]
  /** What `workbook` holds before its sheets and after them. */
  properties?: string
  calculation?: string
  /** Parts to add, or to put in the place of others. */
  parts?: Readonly<Record<string, string | Buffer | undefined>>
  /** Renames parts, with all that names them. */
  rename?: (name: string) => string
}

export const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
export const strict = 'http://purl.oclc.org/ooxml/spreadsheetml/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packages = 'http://schemas.openxmlformats.org/package/2006'
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

/** A whole workbook with these parts, for what no library would write. */
export function spreadsheet({
  sheets = [''],
  names = [],
  states = [],
  after = '',
  before = '',
  strings,
  formats = [],
  properties = '',
  calculation = '',
  parts = {},
  rename = (name) => name,
}: SpreadsheetParts): Buffer {
  const text: Record<string, string | Buffer | undefined> = {
    '[Content_Types].xml':
      `${head}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
      `<Override PartName="/${rename('xl/workbook.xml')}" ContentType="${types}.sheet.main+xml"/>${sheets.map((_, at) => `<Override PartName="/${rename(`xl/worksheets/sheet${at + 1}.xml`)}" ContentType="${types}.worksheet+xml"/>`).join('')}</Types>`,
    '_rels/.rels': relations([['rId1', 'officeDocument', rename('xl/workbook.xml')]]),
    'xl/workbook.xml': `${head}<workbook xmlns="${main}" xmlns:r="${office}">${properties}<sheets>${sheets.map((_, at) => `<sheet name="${names[at] ?? `Sheet${at + 1}`}" sheetId="${at + 1}" ${states[at] ?? ''} r:id="rId${at + 1}"/>`).join('')}</sheets>${calculation}</workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ...sheets.map((_, at) => [`rId${at + 1}`, 'worksheet', `/${rename(`xl/worksheets/sheet${at + 1}.xml`)}`] as const),
      ['rId901', 'styles', `/${rename('xl/styles.xml')}`],
      ...(strings === undefined ? [] : [['rId902', 'sharedStrings', `/${rename('xl/sharedStrings.xml')}`] as const]),
    ]),
    'xl/styles.xml': `${head}<styleSheet xmlns="${main}"><numFmts>${formats.map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${escaped(code)}"/>`).join('')}</numFmts><cellXfs><xf numFmtId="0"/>${formats.map((_, at) => `<xf numFmtId="${164 + at}"/>`).join('')}</cellXfs></styleSheet>`,
    ...(strings === undefined ? {} : { 'xl/sharedStrings.xml': `${head}<sst xmlns="${main}">${strings}</sst>` }),
    ...Object.fromEntries(
      sheets.map((rows, at) => [
        `xl/worksheets/sheet${at + 1}.xml`,
        rows.startsWith('<?xml') ? rows : `${head}<worksheet xmlns="${main}">${before}<sheetData>${rows}</sheetData>${after}</worksheet>`,
      ]),
    ),
  }
  const files = Object.entries({ ...text, ...parts })
  return zipOf(
    files.flatMap(([name, content]): ZipPart[] => (content === undefined ? [] : [{ name: rename(name), content: Buffer.from(content) }])),
  )
}

/** A part of relationships: id, last word of the type, target. */
export function relations(list: readonly (readonly [id: string, type: string, target: string])[]): string {
  return `${head}<Relationships xmlns="${packages}/relationships">${list.map(([id, type, target]) => `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`).join('')}</Relationships>`
}

/** Rows of cells: text, numbers, or a cell's XML as it is. */
export function rows(...list: readonly (readonly (string | number | undefined)[])[]): string {
  return list
    .map((cells, row) => `<row r="${row + 1}">${cells.map((cell, at) => cellOf(cell, `${lettersOf(at)}${row + 1}`)).join('')}</row>`)
    .join('')
}

/** The letters of a column, counted from 0: A, B, … Z, AA. */
function lettersOf(at: number): string {
  return `${at < 26 ? '' : lettersOf(Math.floor(at / 26) - 1)}${String.fromCharCode(65 + (at % 26))}`
}

function cellOf(cell: string | number | undefined, reference: string): string {
  if (cell === undefined) return ''
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`
  return cell.startsWith('<c')
    ? cell.replace('<c', `<c r="${reference}"`)
    : `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`
}

/** A number in a style. */
export const styled = (style: number, value: number | string) => `<c s="${style}"><v>${value}</v></c>`

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
