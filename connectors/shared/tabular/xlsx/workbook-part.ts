import { Unreadable } from '../unreadable.js'
import type { Package } from './package.js'
import type { Attributes } from './xml-reader.js'

/**
 * How a workbook counts days (ECMA-376, 18.17.4.1): `1900` with the false 29 February of Lotus 1-2-3, `1904` as in old Macintosh workbooks,
 * or `1899` plainly from 30 December 1899.
 */
export type DateSystem = '1900' | '1904' | '1899'

/** An entry in the workbook's list of sheets. */
export interface ListedSheet {
  name: string
  /** Hidden when the workbook is opened. */
  hidden: boolean
  /** The name of its part, which may be missing. */
  part: string
}

/** The contents of the workbook's own part. */
export interface WorkbookPart {
  name: string
  sheets: ListedSheet[]
  /** How many sheets are not tables: charts, dialogs, Excel 4 macros. */
  others: number
  dateSystem: DateSystem
  /** The workbook wants its formulas calculated when it is opened, so the stored results may never have been calculated. */
  recalculated: boolean
  /** The parts that all sheets share. */
  strings: string | undefined
  styles: string | undefined
}

const sheetsMax = 20_000

/** Finds and reads the workbook's part. @throws Unreadable if there is none, or the file is not XLSX. */
export async function readWorkbookPart(parts: Package): Promise<WorkbookPart> {
  const name = await findWorkbook(parts)
  const relations = await parts.relationsOf(name)
  const byId = new Map(relations.map((relation) => [relation.id, relation]))
  const partOf = (type: string, content: RegExp, usual: string) =>
    parts.archive.find(relations.find((relation) => relation.type === type)?.part ?? '') ??
    parts.partOfType(content) ??
    parts.archive.find(usual)
  const workbook: WorkbookPart = {
    name,
    sheets: [],
    others: 0,
    dateSystem: '1900',
    recalculated: false,
    strings: partOf('sharedStrings', /sharedstrings\+xml$/, 'xl/sharedStrings.xml'),
    styles: partOf('styles', /spreadsheetml\.styles\+xml$/, 'xl/styles.xml'),
  }
  await parts.read(name, 'workbook', {
    open: (element, attributes) => {
      if (element === 'workbookPr') workbook.dateSystem = dateSystemOf(attributes)
      if (element === 'calcPr') workbook.recalculated = isTrue(attributes.fullCalcOnLoad)
      if (element !== 'sheet') return
      if (workbook.sheets.length === sheetsMax) throw new Unreadable(`The workbook lists more than ${sheetsMax} sheets. It was not read.`)
      const { name: title, state } = attributes
      const relation = byId.get(idOf(attributes) ?? '')
      const part = relation?.part ?? ''
      if (relation !== undefined && relation.type !== 'worksheet' && !/worksheet\+xml$/.test(parts.typeOf(part))) workbook.others++
      else workbook.sheets.push({ name: title ?? '', hidden: state !== undefined && state !== 'visible', part })
    },
  })
  return workbook
}

async function findWorkbook(parts: Package): Promise<string> {
  const named = (await parts.relationsOf('')).find(({ type }) => type === 'officeDocument')?.part
  const main =
    parts.archive.find(named ?? '') ??
    parts.partOfType(/(?:sheet|template)\.(?:macroenabled\.)?main\+xml$/) ??
    parts.archive.find('xl/workbook.xml')
  if (main !== undefined) {
    if (/\.bin$/i.test(main))
      throw new Unreadable(
        'The file is a binary workbook (.xlsb) with another ending. Open it in a spreadsheet program and save it as .xlsx.',
      )
    return main
  }
  if (parts.archive.find('content.xml') !== undefined)
    throw new Unreadable(
      'The file is an OpenDocument spreadsheet with another ending. Open it in a spreadsheet program and save it as .xlsx.',
    )
  throw new Unreadable('The workbook has no part xl/workbook.xml: it is damaged, or no .xlsx. Save it again.')
}

function dateSystemOf({ date1904, dateCompatibility }: Attributes): DateSystem {
  if (isTrue(date1904)) return '1904'
  return dateCompatibility !== undefined && !isTrue(dateCompatibility) ? '1899' : '1900'
}

/** The id of the relation to a sheet's part: the only attribute with this local name, whatever its prefix. */
function idOf(attributes: Attributes): string | undefined {
  const key = Object.keys(attributes).find((name) => name === 'id' || name.endsWith(':id'))
  return key === undefined ? undefined : attributes[key]
}

/** Whether a text is true in the notation of XML Schema. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^\s*(?:1|true|on)\s*$/i.test(value)
}
