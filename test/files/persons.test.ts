import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recognise } from '../../connectors/shared/recognise/recognise.js'
import type { ColumnDescription } from '../../src/connector/column.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { type Labelled, labelled } from './persons.labelled.js'

let engine: DuckDbEngine
beforeAll(async () => {
  engine = await DuckDbEngine.open({ folders: [], memoryMb: 128 })
})
afterAll(() => engine.close())

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Which of these columns are marked as personal, in a table of them all. */
async function marksOf(columns: readonly Labelled[]): Promise<boolean[]> {
  const session = await engine.connect()
  try {
    const described = columns.map(([name]): ColumnDescription => ({
      name,
      title: name,
      type: 'STRING',
      nullable: false,
      sensitivity: 'NONE',
    }))
    const rows = Array.from(
      { length: Math.max(...columns.map(([, values]) => values.length)) },
      (_, row) => `(${columns.map(([, values]) => (values[row] === undefined ? 'NULL' : quoted(values[row]))).join(', ')})`,
    )
    const found = await recognise(
      session,
      `(VALUES ${rows.join(', ')}) AS t(${columns.map((_, position) => `c${position}`).join(', ')})`,
      described,
    )
    return found.map(({ sensitivity }) => sensitivity !== 'NONE')
  } finally {
    await session.close()
  }
}

describe('persons', () => {
  it('are found in a labelled list, by recall first', async () => {
    // A table about people marks where they live as well, so the two are looked at apart.
    const persons = labelled.filter(([, , isPersonal]) => isPersonal)
    const others = labelled.filter(([, , isPersonal]) => !isPersonal)
    const of = ([header, values]: Labelled) => `${header}: ${values[0] ?? ''}`
    const found = await marksOf(persons)
    const right = found.filter(Boolean).length
    const missed = persons.filter((_, position) => found[position] === false).map(of)
    const marked = await marksOf(others)
    const wrong = others.filter((_, position) => marked[position] === true).map(of)
    const [recall, precision] = [right / persons.length, right / (right + wrong.length)]
    console.log(
      `persons: ${labelled.length} columns, recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}\nmissed: ${missed.join(' | ')}\nmarked wrongly: ${wrong.join(' | ')}`,
    )
    expect(labelled.length).toBeGreaterThanOrEqual(200)
    expect(recall).toBeGreaterThanOrEqual(0.98)
    expect(precision).toBeGreaterThanOrEqual(0.93)
  })
})
