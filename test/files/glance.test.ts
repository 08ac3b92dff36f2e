import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { decide } from '../../connectors/shared/tabular/typing/decide.js'
import { glance } from '../../connectors/shared/tabular/typing/glance.js'
import { patterns } from '../../connectors/shared/tabular/typing/pattern.js'
import { signs, signsOf } from '../../connectors/shared/tabular/typing/signs.js'
import { literal } from '../../connectors/shared/engine-sql.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'

const runs = 20_000

/** What a column is decided to be by what is counted of it, and values that are like those it takes. */
const kinds = {
  'whole numbers': { kind: 'NUMBER', found: { values: 1 }, like: ['7', '1250', '-3', '9007199254740993'], alphabet: '0123456789-' },
  decimals: {
    kind: 'NUMBER',
    found: { values: 1, scale_max: 2, scale_min: 2, magnitude: 5 },
    like: ['1.50', '0.25', '-12.00', '.50'],
    alphabet: '0123456789-.',
  },
  fractions: {
    kind: 'NUMBER',
    found: { values: 1, scale_max: 6, magnitude: 5 },
    like: ['1.5', '0.123456', '12', '-0.5', '7.'],
    alphabet: '0123456789-.',
  },
  dates: { kind: 'DATE', found: { values: 1 }, like: ['2024-01-31', '1999-12-01'], alphabet: '0123456789-' },
  times: { kind: 'TIMESTAMP', found: { values: 1 }, like: ['2024-01-31T10:00:00', '1999-12-01T23:59:59'], alphabet: '0123456789-:/T' },
} as const

describe.each(Object.entries(kinds))('%s', (_, { kind, found, like, alphabet }) => {
  const pattern = patterns.find((one) => one.kind === kind) as (typeof patterns)[number]
  const decision = decide('c0', 'v', pattern, (key) => (found as Record<string, number>)[key] ?? 0)
  const first = glance(decision, pattern, 'v', signsOf(alphabet))

  test('what a glance takes is what the pattern takes, or the engine refuses it', async () => {
    const engine = await DuckDbEngine.open({ folders: [], memoryMb: 256 })
    onTestFinished(() => engine.close())
    const session = await engine.connect()
    const change = fc.record({ at: fc.nat(20), cut: fc.nat(2), put: fc.array(fc.constantFrom(...alphabet), { maxLength: 2 }) })
    const value = fc
      .tuple(fc.constantFrom(...like), fc.array(change, { maxLength: 3 }))
      .map(([text, changes]) =>
        changes.reduce((changed, { at, cut, put }) => changed.slice(0, at) + put.join('') + changed.slice(at + cut), text as string),
      )
    const values = fc.sample(value, runs)
    const rows = await session.rows(
      `SELECT v, coalesce(${first}, false) AS taken, regexp_full_match(v, ${literal(decision.fits ?? '')}) AS fits
       FROM (SELECT unnest([${values.map(literal).join(', ')}]) AS v) WHERE v <> '' AND ${decision.sql.replace('CAST', 'TRY_CAST')} IS NOT NULL`,
    )
    await session.close()
    expect(rows.filter(({ taken, fits }) => taken === true && fits === false).map(({ v }) => v)).toEqual([])
    const well = rows.filter(({ fits }) => fits === true)
    expect(well.filter(({ taken }) => taken === true).length).toBeGreaterThan(well.length / 4)
  })

  test('there is none where values are made of more', () => {
    for (const more of [signs.blank, signs.letter, signs.other, signs.mark])
      expect(glance(decision, pattern, 'v', signsOf(alphabet) | more)).toBeUndefined()
  })
})
