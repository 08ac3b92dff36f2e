import type { Knex } from 'knex'
import { prepared } from '../database/prepared.js'
import { createLoader, type Loader, type MemoryOf } from './loader.js'

/** None of our ids is longer, and PostgreSQL rejects NUL, so such a key matches nothing. */
const isKey = (key: string) => key.length <= 500 && !key.includes('\0')

type Load = (keys: string[]) => Knex.QueryBuilder

/** One row or null for each key. The keys of one tick are read in one statement; `tell` makes of a row what the viewer may be told. */
export const oneByKeyWith = (memoryOf: MemoryOf) =>
  function oneByKey<Row, Read extends Row = Row>(
    keyOf: (row: Row) => string,
    load: Load,
    tell: (row: Read) => Row = (row) => row,
  ): Loader<string, Row | null> {
    const batch = async (keys: readonly string[]) => {
      const rows = new Map((await loadKeys<Read>(keys, load)).map((row) => [keyOf(row), tell(row)]))
      return keys.map((key) => rows.get(key) ?? null)
    }
    return createLoader(batch, memoryOf<Row | null>())
  }

/** The rows of each key, in their database order, likewise. */
export const listByKeyWith = (memoryOf: MemoryOf) =>
  function listByKey<Row, Read extends Row = Row>(
    keyOf: (row: Row) => string,
    load: Load,
    tell: (row: Read) => Row = (row) => row,
  ): Loader<string, Row[]> {
    const batch = async (keys: readonly string[]) => {
      const lists = new Map<string, Row[]>(keys.map((key) => [key, []]))
      for (const row of await loadKeys<Read>(keys, load)) lists.get(keyOf(row))?.push(tell(row))
      return keys.map((key) => lists.get(key) ?? [])
    }
    return createLoader(batch, memoryOf<Row[]>())
  }

async function loadKeys<Row>(keys: readonly string[], load: Load): Promise<Row[]> {
  const valid = keys.filter(isKey)
  return valid.length === 0 ? [] : ((await prepared(load(valid))) as Row[])
}
