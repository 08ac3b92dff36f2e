import { afterEach, expect, test } from 'vitest'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { notReady } from '../../src/http/not-ready.js'

let engine: DuckDbEngine | undefined
afterEach(() => engine?.close())

const well = () => Promise.resolve()

test('names the parts that do not answer, and those alone', async () => {
  const gone = () => Promise.reject(new Error('gone'))
  expect(await notReady({ database: well, engine: well })).toEqual([])
  expect(await notReady({ database: gone, engine: well })).toEqual(['database'])
  expect(await notReady({ database: gone, engine: gone })).toEqual(['database', 'engine'])
})

test('a part that stalls is not ready', async () => {
  expect(await notReady({ database: () => new Promise(() => undefined), engine: well }, 20)).toEqual(['database'])
})

test('an engine is ready while all of its places are taken, and is not once it is shut', async () => {
  engine = await DuckDbEngine.open({ folders: [], memoryMb: 128, running: 1, waiting: 0 })
  const session = await engine.connect()
  const ask = { engine: () => (engine as DuckDbEngine).answers() }
  expect(await notReady(ask)).toEqual([])
  await session.close()
  await engine.close()
  expect(await notReady(ask)).toEqual(['engine'])
})
