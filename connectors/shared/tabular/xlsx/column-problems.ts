import { listPlaces } from '../list-places.js'
import { nearlyAll } from '../typing/likeness.js'
import type { ValueKind, VoidKind } from './cell-value.js'
import type { Seen, SeenCells } from './seen-cells.js'

const kindWords: Record<ValueKind, string> = {
  number: 'numbers',
  text: 'text',
  boolean: 'true or false',
  date: 'dates',
  datetime: 'times',
  time: 'times of day',
  duration: 'durations',
}

const voidWords: Record<VoidKind, readonly [are: string, mend: string]> = {
  error: ['hold an error (such as #N/A)', 'Mend them in the workbook, and save it again.'],
  'no-day': ['are formatted as dates and hold a number that is no day of the calendar', 'Mend them in the workbook, and save it again.'],
  'no-result': ['hold a formula without a stored result', 'Open the workbook in a spreadsheet program, and save it there.'],
  'no-text': [
    'refer to a shared text that the workbook does not have',
    'The workbook is damaged: open it in a spreadsheet program, check it, and save it again.',
  ],
}

/** The type that cells of a kind would have alone. */
function typeOf(kind: ValueKind, { numbers }: SeenCells): string | undefined {
  const types = {
    number: numbers.decide(0).shape.type,
    text: undefined,
    boolean: 'BOOLEAN',
    date: 'DATE',
    datetime: 'TIMESTAMP',
    time: 'TIME',
    duration: undefined,
  }
  return types[kind]
}

/** Reports a column whose cells have no common type; undefined if they are simply text. */
export function mixedProblem(column: SeenCells): string | undefined {
  const { kinds, markTexts, marks } = column
  const sorted = [...kinds].sort(([, one], [, other]) => other.count - one.count)
  const total = sorted.reduce((sum, [, { count }]) => sum + count, 0)
  if (sorted.length === 0 || (sorted.length === 1 && kinds.has('text'))) return undefined
  if (sorted.length === 1) return 'its cells are durations; kept as text such as 36:00 (hours:minutes).'
  const texts = kinds.get('text')?.count ?? 0
  const others = sorted.filter(([kind]) => kind !== 'text')
  const [main, { count }] = (others[0] ?? sorted[0]) as [ValueKind, Seen]
  if (texts > 0 && markTexts === texts && others.length === 1) {
    const type = typeOf(main, column)
    const named = [...marks.keys()].slice(0, 5).join(', ')
    return `its cells are ${kindWords[main]}, but for ${texts} that may stand for no value (such as ${named}); kept as text.${type === undefined ? '' : ` Say \`type: ${type}\` in catalogue.yaml to read those as empty.`}`
  }
  if (count >= nearlyAll * (total - markTexts)) {
    const rest = sorted.filter(([kind]) => kind !== main).map(([kind, { row }]) => `row ${row} is the first of ${kindWords[kind]}`)
    return `nearly all of its cells are ${kindWords[main]}, but not all (${rest.join('; ')}); kept as text. Mend those cells and save the workbook again.`
  }
  const counts = sorted.map(([kind, seen]) => `${kindWords[kind]}: ${seen.count}`).join(', ')
  const firsts = listPlaces(
    sorted.map(([, { row }]) => row),
    'row',
    'rows',
  )
  return `its cells are of several kinds (${counts}), the first of each in ${firsts}; kept as text. Make them one kind in the workbook, or say its \`type\` in catalogue.yaml.`
}

/** Reports problems of a column with any type: cells that could not be read, and what formats show beside the numbers. */
export function columnProblems(column: SeenCells, isNumber: boolean, recalculated: boolean): string[] {
  const problems = [...column.voids].map(([kind, { count, row }]) => {
    const [are, mend] = voidWords[kind]
    return `${count} of its cells ${are}, the first in row ${row}; read as empty. ${mend}`
  })
  if (isNumber) problems.push(...unitProblems(column.units))
  if (column.kinds.has('number')) problems.push(...numberProblems(column))
  const years = column.shown.get('year')
  if (years !== undefined && years.count === column.kinds.get('date')?.count) {
    problems.push(
      'all its dates are days of 1905, as years are that are formatted as dates (2024 is 16 July 1905). If it holds years, format the cells as numbers, and save again.',
    )
  }
  if (recalculated && column.results > 0 && column.results === column.zeros) {
    problems.push(
      'every formula has the result 0, and the workbook asks to be calculated when it is opened: the results may never have been calculated. Open it in a spreadsheet program, and save it there.',
    )
  }
  return problems
}

/** Reports where the stored numbers differ from what the sheet shows. */
function numberProblems({ shown, numbers }: SeenCells): string[] {
  const problems: string[] = []
  const [padded, unstyled] = [shown.get('padded'), shown.get('unstyled')]
  if (padded !== undefined) {
    problems.push(
      `${padded.count} of its cells show zeros before their number by their format, the first in row ${padded.row}; the zeros are not stored, and only the numbers are read. Store codes and phone numbers as text.`,
    )
  }
  if (unstyled !== undefined) {
    problems.push(
      `${unstyled.count} of its numbers have a format that the workbook does not hold, the first in row ${unstyled.row}; read as plain numbers, though they may be dates. Open the workbook in a spreadsheet program, check it, and save it again.`,
    )
  }
  if (numbers.isCut) {
    problems.push(
      'it holds whole numbers of more than 15 digits, of which a spreadsheet program keeps only the first 15: the others may not be those that were typed. Type such numbers (ids, accounts, meters) as text.',
    )
  }
  return problems
}

/** Reports units. A currency alone is not reported, because amounts of money are expected to have one. */
function unitProblems(units: ReadonlyMap<string, Seen>): string[] {
  const shown = [...units.keys()].filter((unit) => unit !== '')
  const [only] = shown
  if (only === undefined || (shown.length === 1 && /^\p{Sc}$/u.test(only))) return []
  const names = shown
    .slice(0, 5)
    .map((unit) => unit.slice(0, 20))
    .join(', ')
  if (shown.length > 1)
    return [`its cells show different units by their formats (${names}); only the numbers are read. Give each unit a column of its own.`]
  if (only === '%')
    return [`its cells are shown as percentages${units.has('') ? ' in part' : ''}; the numbers are read as they are stored (25% is 0.25).`]
  return [`its cells show "${names}" by their format; only the numbers are read. Put the unit into the column's name.`]
}
