import { join } from 'node:path'
import type { Conversion } from '../conversion.js'
import { LineFiles } from '../line-files.js'
import type { StagedTable } from '../staged-table.js'
import { Unreadable } from '../unreadable.js'
import { Archive } from './archive.js'
import { stageSheet } from './stage-sheet.js'
import { UnreadableSheet } from './unreadable-sheet.js'
import { openWorkbook, type Sheet, type Workbook } from './workbook-reader.js'

/** More sheets are refused: each takes a copy of its own. */
const sheetsMax = 500
const namesShown = 5

/** Reads an XLSX workbook, with or without macros, which are never read. Each visible sheet with values is a table, typed by its cells. */
export async function* stageWorkbook(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  const { problems, signal } = conversion
  const archive = await Archive.open(path)
  try {
    const workbook = await openWorkbook(archive, signal)
    if (workbook.oddities > 0)
      problems.push(
        `The workbook's shared texts hold characters that XML does not allow (${workbook.oddities}); read as they stand. Save it again.`,
      )
    let tables = 0
    let refused: UnreadableSheet | undefined
    for (const sheet of readable(workbook, problems)) {
      try {
        const staged = await stageSheet(sheet, new LineFiles(join(conversion.scratch, `sheet-${tables}`), 'utf8'), conversion)
        if (staged === undefined) continue
        tables++
        yield staged
      } catch (thrown) {
        if (!(thrown instanceof UnreadableSheet)) throw thrown
        refused ??= thrown
        problems.push(`Sheet "${sheet.name}" was left out. ${thrown.message}`)
      }
    }
    if (tables === 0)
      throw (
        refused ??
        new Unreadable(
          `No shown sheet of the workbook holds a value.${workbook.others > 0 ? ' Charts are no tables: publish the cells that they are drawn from.' : ''}`,
        )
      )
  } finally {
    archive.close()
  }
}

/** The sheets to read, in the workbook's order. The others are reported. */
function readable({ sheets }: Workbook, problems: string[]): Sheet[] {
  const hidden = sheets.filter((sheet) => sheet.hidden)
  if (hidden.length > 0)
    problems.push(
      `${named(hidden)} hidden and ${hidden.length === 1 ? 'was' : 'were'} left out. Show ${hidden.length === 1 ? 'it if it is' : 'them if they are'} to be published.`,
    )
  const repeated = sheets.filter((sheet) => !sheet.hidden && sheet.repeats)
  if (repeated.length > 0)
    problems.push(
      `${named(repeated)} the same part of the workbook as an earlier sheet, and ${repeated.length === 1 ? 'was' : 'were'} left out.`,
    )
  const shown = sheets.filter((sheet) => !sheet.hidden && !sheet.repeats)
  if (shown.length > sheetsMax)
    problems.push(
      `The workbook has ${shown.length} sheets; those after the first ${sheetsMax} were left out. Publish them as workbooks of their own.`,
    )
  return shown.slice(0, sheetsMax)
}

/** `Sheet "A" is`, `Sheets "A", "B" are`, with the first few names. */
function named(sheets: readonly Sheet[]): string {
  const names = sheets
    .slice(0, namesShown)
    .map(({ name }) => `"${name}"`)
    .join(', ')
  if (sheets.length === 1) return `Sheet ${names} is`
  return `Sheets ${names}${sheets.length > namesShown ? ` and ${sheets.length - namesShown} more` : ''} are`
}
