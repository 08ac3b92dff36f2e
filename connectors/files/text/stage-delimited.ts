import type { Conversion } from '../convert.js'
import type { StagedTable } from '../staged-table.js'
import { columnAt } from '../sql.js'
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
  yield {
    ...staged(text, await guessTypes(session, text.from, demanded)),
    otherwise: async () => {
      const certain = await inferTypes(session, text.from, demanded)
      return staged(text, text.names.map((_, position) => certain.get(columnAt(position)) as Decision))
    },
  }
}

function staged(text: DelimitedText, decisions: readonly Decision[]): StagedTable {
  const all = decisions.map((decision, position) => ({ ...decision, name: text.names[position] as string, position }))
  const named = all.filter(({ empty, position }) => !(empty === true && text.unnamed.includes(position)))
  const columns = named.length === 0 ? all : named
  const told = columns.flatMap(({ name, problem }) => (problem === undefined ? [] : [`Column ${name}: ${problem}`]))
  const { from, rows, rowBytes, problems } = text
  return { from, columns: columns.map(({ name, shape, sql }) => ({ name, shape, sql })), rows, rowBytes, problems: [...problems, ...told] }
}
