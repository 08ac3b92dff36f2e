import type { ColumnType } from '../../../connector/column.js'
import type { Licence } from '../../../connector/catalogue.js'
import type { NamedShape } from '../../../connector/engine.js'
import { matchText } from '../../../query/7-result/match-text.js'
import type { AnswerReport } from '../../../query/7-result/query-result.js'

/** What the second sheet tells, beside the report. */
export interface AboutFacts {
  readonly at: Date
  /** QueryInput of the graph. */
  readonly input: unknown
  /** The datasets whose licence the catalogue knows. */
  readonly licences: readonly { readonly dataset: string; readonly licence: Licence }[]
}

/** The text of the query in one cell: well below what a cell holds. */
const charactersOfQuery = 30_000

/** The rows of the second sheet: where the rows are from, and how they are to be read. */
export function aboutRows(report: AnswerReport, { at, input, licences }: AboutFacts): (readonly string[])[] {
  const { sources, matches, warnings, withheld } = report
  const sections: (readonly string[])[][] = [
    [
      ['Rows', String(report.rowCount)],
      ['Complete', completeness(report)],
      ['Time', at.toISOString()],
      ['Version', report.version ?? 'not known: a source has none'],
      ['Transaction', report.transaction],
    ],
    [
      ['Source', 'Tables', 'As of', 'Status', 'Rows', 'Error'],
      ...sources.map(({ spoke, tables, asOf, status, rows, error }) => [
        spoke,
        tables.join(', '),
        asOf ?? 'not known',
        status,
        rows === null ? '' : String(rows),
        error === null ? '' : `${error.code}: ${error.message}`,
      ]),
    ],
    matches.map((match) => ['Join', matchText(match)]),
    headed(
      ['Dataset', 'Licence', 'Address'],
      licences.map(({ dataset, licence }) => [dataset, licence.title, licence.url ?? '']),
    ),
    headed(
      ['Warning', 'Message', 'Table', 'Column'],
      warnings.map(({ code, message, table, column }) => [code, message, table ?? '', column ?? '']),
    ),
    headed(
      ['Withheld column', 'Decision'],
      withheld.map(({ column, decision }) => [column, decision]),
    ),
    notes(report.columns).map((note) => ['Note', note]),
    pieces(JSON.stringify(input)).map((piece, index) => [index === 0 ? 'Query' : 'Query, continued', piece]),
  ]
  return sections.filter((section) => section.length > 0).flatMap((section, index) => (index === 0 ? section : [[], ...section]))
}

function completeness({ complete, truncated }: AnswerReport): string {
  return complete && !truncated ? 'yes' : 'no: rows are missing, as the states of the sources below say'
}

function headed(head: readonly string[], rows: readonly (readonly string[])[]): (readonly string[])[] {
  return rows.length === 0 ? [] : [head, ...rows]
}

/** How cells differ from the values of the sources. */
function notes(columns: readonly NamedShape[]): string[] {
  const named = (...types: ColumnType[]) => columns.filter(({ shape }) => types.includes(shape.type)).map(({ name }) => `'${name}'`)
  const told = (names: readonly string[], note: string) => (names.length === 0 ? [] : [note])
  const utc = named('TIMESTAMPTZ')
  return [
    ...told(utc, `Dates and times are in UTC in ${shortList(utc)}.`),
    ...told(named('DATE', 'TIMESTAMP', 'TIMESTAMPTZ'), 'Dates before 1 March 1900 or after 9999 are text: Excel has no numbers for them.'),
    ...told(named('INT64', 'DECIMAL'), 'Numbers of more than 15 digits are text: Excel would round them.'),
    ...told(named('DOUBLE'), 'NaN and the infinities are empty cells.'),
  ]
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ')
  return names.length > 20 ? `${shown} and ${names.length - 20} more columns` : shown
}

function pieces(text: string): string[] {
  return text.match(new RegExp(`.{1,${charactersOfQuery / 2}}`, 'gsu')) ?? []
}
