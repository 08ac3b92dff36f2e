import type { Conversion } from '../conversion.js'
import type { StagedTable } from '../staged-table.js'
import { NoRows } from '../unreadable.js'
import { settleCommas, undecidedCommas } from '../typing/commas.js'
import type { Decision } from '../typing/decision.js'
import { type Guess, guessTypes } from '../typing/guess.js'
import { leftOutProblem, unnamedProblem } from '../layout/column-names.js'
import { type DelimitedText, readDelimited } from './delimited.js'
import type { Delimiter } from './dialect.js'
import { typesOfBefore } from './no-rows.js'

/** Reads a CSV file as one table whose types hold for all rows. A column without a name and without a value is left out. */
export function stageCsv(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  return stageDelimited(path, conversion)
}

/** Like `stageCsv`, but tries tabs first. */
export function stageTsv(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  return stageDelimited(path, conversion, '\t')
}

async function* stageDelimited(
  path: string,
  { session, scratch, types, signal, known }: Conversion,
  promised?: Delimiter,
): AsyncGenerator<StagedTable> {
  const text = await readDelimited(path, scratch, signal, promised)
  // Asks for the columns of the last harvest, which a text with rows does not need.
  if (text.rows === 0 && known === undefined) throw new NoRows('The file holds no rows.')
  if (text.rows === 0) {
    const { decisions } = await guessTypes(
      session,
      text.from,
      text.names.map((name) => types.get(name)),
      text.signs,
    )
    yield staged(
      text,
      typesOfBefore(decisions, text.names, known ?? [], (name) => types.has(name)),
    )
    return
  }
  const whole = async (read: DelimitedText): Promise<StagedTable> =>
    guessed(
      read,
      await guessTypes(
        session,
        read.from,
        read.names.map((name) => types.get(name)),
        read.signs,
      ),
    )
  yield { ...(await whole(text)), without: (places) => whole(withoutRows(text, places)) }
}

function withoutRows(text: DelimitedText, places: readonly number[]): DelimitedText {
  const placed = `(SELECT *, row_number() OVER () AS place FROM ${text.from})`
  return {
    ...text,
    from: `(SELECT * EXCLUDE (place) FROM ${placed} WHERE place NOT IN (${places.join(', ')}))`,
    rows: text.rows - places.length,
  }
}

/**
 * The table with guessed types. The first guess that fails is corrected alone; if another fails, all are replaced by certain types, so that
 * the file is read three times at most.
 */
async function guessed(text: DelimitedText, first: Guess, isSecond = false): Promise<StagedTable> {
  const undecided = undecidedCommas(first.decisions, first.guessed, text.delimiter)
  const guess = undecided.length === 0 ? first : await first.certain(undecided)
  const table = staged(text, guess.decisions)
  if (guess.guessed.length === 0) return table
  return {
    ...table,
    otherwise: async (column) => guessed(text, await guess.certain(column === undefined || isSecond ? guess.guessed : [column]), true),
  }
}

function staged(text: DelimitedText, decisions: readonly Decision[]): StagedTable {
  const all = settleCommas(decisions, text.delimiter).map((decision, position) => ({
    ...decision,
    name: text.names[position] as string,
    position,
  }))
  const named = all.filter(({ empty, position }) => !(empty === true && text.unnamed.includes(position)))
  const columns = named.length === 0 ? all : named
  const reported = columns.flatMap(({ name, problem }) => (problem === undefined ? [] : [`Column ${name}: ${problem}`]))
  const { from, rows, rowBytes, problems } = text
  const places = new Set(columns.map(({ position }) => position))
  const unnamed = unnamedProblem(text.unnamed.filter((position) => places.has(position)).map((position) => position + 1))
  // Spreadsheets leave blank fields after the last column. Blank fields between columns are reported.
  const last = columns.at(-1)?.position ?? 0
  const leftOut = leftOutProblem(
    text.unnamed.filter((position) => !places.has(position) && position < last).map((position) => position + 1),
  )
  return {
    from,
    columns: columns.map(({ name, shape, sql }) => ({ name, shape, sql })),
    rows,
    rowBytes,
    problems: [...unnamed, ...leftOut, ...problems, ...reported],
  }
}
