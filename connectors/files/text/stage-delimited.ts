import type { Conversion } from '../convert.js'
import type { StagedTable } from '../staged-table.js'
import { columnAt } from '../../shared/engine-sql.js'
import type { Decision } from '../typing/decide.js'
import { guessTypes, inferTypes } from '../typing/infer.js'
import { type DelimitedText, readDelimited } from './delimited.js'
import type { Delimiter } from './dialect.js'

/** A CSV file as one table, its columns typed over all rows. A column without a name or a value is none. */
export function stageCsv(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  return stageDelimited(path, conversion)
}

/** As CSV; tabs are looked for first. */
export function stageTsv(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  return stageDelimited(path, conversion, '\t')
}

async function* stageDelimited(path: string, { session, scratch, types, signal }: Conversion, promised?: Delimiter): AsyncGenerator<StagedTable> {
  const text = await readDelimited(path, scratch, signal, promised)
  const demanded = text.names.map((name) => types.get(name))
  const guessed = (decisions: readonly Decision[], mendsLeft: number): StagedTable => ({
    ...staged(text, decisions),
    otherwise: async (column) => {
      const open = column === undefined || mendsLeft === 0 ? decisions.map((_, position) => columnAt(position)) : [column]
      const certain = await inferTypes(session, text.from, demanded, open)
      const mended = decisions.map((decision, position) => certain.get(columnAt(position)) ?? decision)
      return open.length === decisions.length ? staged(text, mended) : guessed(mended, mendsLeft - 1)
    },
  })
  yield guessed(await guessTypes(session, text.from, demanded), mendsMax)
}

/** Columns whose guess is put right one by one, each by reading that column over all rows; then all of the others together. */
const mendsMax = 3

function staged(text: DelimitedText, decisions: readonly Decision[]): StagedTable {
  const all = decisions.map((decision, position) => ({ ...decision, name: text.names[position] as string, position }))
  const named = all.filter(({ empty, position }) => !(empty === true && text.unnamed.includes(position)))
  const columns = named.length === 0 ? all : named
  const told = columns.flatMap(({ name, problem }) => (problem === undefined ? [] : [`Column ${name}: ${problem}`]))
  const { from, rows, rowBytes, problems } = text
  return { from, columns: columns.map(({ name, shape, sql }) => ({ name, shape, sql })), rows, rowBytes, problems: [...problems, ...told] }
}
