import type { Conversion } from '../convert.js'
import type { StagedTable } from '../staged-table.js'
import { inferTypes } from '../typing/infer.js'
import { readDelimited } from './delimited.js'

/** A CSV or TSV file as one table, its columns typed over all rows. A column without a name or a value is none. */
export async function* stageDelimited(path: string, { session, scratch, types, signal }: Conversion): AsyncGenerator<StagedTable> {
  const text = await readDelimited(path, scratch, signal)
  const decisions = await inferTypes(session, text.from, text.names.map((name) => types.get(name)))
  const kept = decisions.map((decision, position) => ({ ...decision, name: text.names[position] as string, position }))
  const columns = kept.filter(({ empty, position }) => !(empty && text.unnamed.includes(position)))
  const told = columns.flatMap(({ name, problem }) => (problem === undefined ? [] : [`Column ${name}: ${problem}`]))
  yield { from: text.from, columns: columns.length === 0 ? kept : columns, rows: text.rows, problems: [...text.problems, ...told] }
}
