import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shape } from '../../src/connector/column.js'
import type { EngineSession } from '../../src/connector/engine.js'
import type { Mask } from '../../src/connector/relation.js'
import { maskSql } from '../../src/engine/sql/mask.js'
import { type Bench, openBench } from '../support/query.js'
import { valuesSql } from './support/values-sql.js'

let bench: Bench
let session: EngineSession
beforeAll(async () => {
  bench = await openBench()
  session = await bench.engine.connect()
})
afterAll(async () => {
  await session.close()
  await bench.close()
})

const text: Shape = { type: 'STRING' }
/** What each value becomes, as text. */
async function masked(as: Mask, shape: Shape, values: readonly (string | null)[]): Promise<(string | null)[]> {
  const found = await session.rows(
    `SELECT CAST(${maskSql(as, 'c1', shape)} AS VARCHAR) AS masked FROM ${valuesSql(shape, values)} ORDER BY c0`,
  )
  return found.map(({ masked: value }) => value as string | null)
}

describe('a mask', () => {
  it('by a key is the HMAC-SHA-256 of the text, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 30 }), async (values) => {
        const key = randomBytes(32)
        const hmac = (value: string) => createHmac('sha256', key).update(value).digest('hex')
        expect(await masked({ kind: 'keyed', key }, text, values)).toEqual(values.map((value) => (value === null ? null : hmac(value))))
      }),
      { numRuns: 20 },
    )
  })

  it('of the first characters cuts between characters', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (values, length) => {
          expect(await masked({ kind: 'truncate', length }, text, values)).toEqual(
            values.map((value) => [...value].slice(0, length).join('')),
          )
        },
      ),
      { numRuns: 20 },
    )
  })

  it('by district tells the first half of a postcode, and nothing of what is none', async () => {
    const told = { 'NW6 5UH': 'NW6', nw65uh: 'NW6', ' ec1a1bb ': 'EC1A', 'W1A 0AX': 'W1A', 'M1 1AE': 'M1', 'B33 8TH': 'B33' }
    expect(await masked({ kind: 'district' }, text, Object.keys(told))).toEqual(Object.values(told))
    const none = ['', 'NW6', 'Ann Example, NW6 5UH', 'NW6 5UH NW6 5UH', '020 7946 0000', 'NW6 5U', '12345']
    expect(await masked({ kind: 'district' }, text, [...none, null])).toEqual([...none, null].map(() => null))
  })

  it.each<[Shape['type'], string, string]>([
    ['DATE', '1971-04-03', '1971-01-01'],
    ['DATE', '0001-12-31', '0001-01-01'],
    ['TIMESTAMP', '1999-12-31T23:59:59.999999', '1999-01-01 00:00:00'],
    ['TIMESTAMPTZ', '2000-01-01T00:30:00+01:00', '1999-01-01 00:00:00+00'],
  ])('by year of a %s: %s', async (type, value, year) => {
    expect(await masked({ kind: 'year' }, { type }, [value, null])).toEqual([year, null])
  })

  it.each<[Shape]>([[text], [{ type: 'INT64' }], [{ type: 'DATE' }], [{ type: 'DECIMAL', scale: 2 }]])(
    'that drops leaves nothing of a %o',
    async (shape) => {
      const value = shape.type === 'DATE' ? '2026-01-09' : '12'
      expect(await masked({ kind: 'drop' }, shape, [value, null])).toEqual([null, null])
    },
  )
})
