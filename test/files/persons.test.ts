import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recognise } from '../../connectors/shared/recognise/recognise.js'
import type { ColumnDescription } from '../../src/connector/column.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { labelled } from './persons.labelled.js'

let engine: DuckDbEngine
beforeAll(async () => {
  engine = await DuckDbEngine.open({ folders: [], memoryMb: 128 })
})
afterAll(() => engine.close())

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Whether a column of these values is marked as personal. */
async function isMarked(header: string, values: readonly string[]): Promise<boolean> {
  const session = await engine.connect()
  try {
    const column: ColumnDescription = { name: header, title: header, type: 'STRING', nullable: false, sensitivity: 'NONE' }
    const [found] = await recognise(session, `(VALUES ${values.map((value) => `(${quoted(value)})`).join(', ')}) AS t(c0)`, [column])
    return found?.sensitivity !== 'NONE'
  } finally {
    await session.close()
  }
}

describe('persons', () => {
  it('are found in a labelled list, by recall first', async () => {
    const missed: string[] = []
    const wrong: string[] = []
    let right = 0
    for (const [header, values, isPersonal] of labelled) {
      const marked = await isMarked(header, values)
      if (marked && isPersonal) right++
      else if (isPersonal) missed.push(`${header}: ${values[0] ?? ''}`)
      else if (marked) wrong.push(`${header}: ${values[0] ?? ''}`)
    }
    const [recall, precision] = [right / (right + missed.length), right / (right + wrong.length)]
    console.log(`persons: ${labelled.length} columns, recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}\nmissed: ${missed.join(' | ')}\nmarked wrongly: ${wrong.join(' | ')}`)
    expect(labelled.length).toBeGreaterThanOrEqual(200)
    expect(recall).toBeGreaterThanOrEqual(0.98)
    expect(precision).toBeGreaterThanOrEqual(0.93)
  }, 120_000)
})
