import DataLoader from 'dataloader'

/** No id of ours is longer, and PostgreSQL takes no NUL: such a key is of nothing. */
const isKey = (key: string) => key.length <= 500 && !key.includes('\0')

/** One row, or null, for each key; the keys of a tick in one statement. */
export function oneByKey<Row>(keyOf: (row: Row) => string, load: (keys: string[]) => Promise<Row[]>): DataLoader<string, Row | null> {
  return new DataLoader(async (keys) => {
    const rows = new Map((await loadKeys(keys, load)).map((row) => [keyOf(row), row]))
    return keys.map((key) => rows.get(key) ?? null)
  })
}

/** The rows of each key, in the order that they were loaded in; the keys of a tick in one statement. */
export function listByKey<Row>(keyOf: (row: Row) => string, load: (keys: string[]) => Promise<Row[]>): DataLoader<string, Row[]> {
  return new DataLoader(async (keys) => {
    const lists = new Map<string, Row[]>(keys.map((key) => [key, []]))
    for (const row of await loadKeys(keys, load)) lists.get(keyOf(row))?.push(row)
    return keys.map((key) => lists.get(key) ?? [])
  })
}

async function loadKeys<Row>(keys: readonly string[], load: (keys: string[]) => Promise<Row[]>): Promise<Row[]> {
  const valid = keys.filter(isKey)
  return valid.length === 0 ? [] : load(valid)
}
