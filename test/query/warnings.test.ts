import { describe, expect, test } from 'vitest'
import type { FragmentOutcome } from '../../src/query/6-execute/fragment.js'
import { warningsOf } from '../../src/query/7-result/warnings.js'

const outcome = (spokeId: string, tables: readonly string[], stale?: { table: string; reason: string }[], isMatch = false) =>
  ({
    fragment: { isMatch, spokeId, tables: tables.map((table) => `${spokeId}/${table}`) },
    report: { truncated: false, ...(stale === undefined ? {} : { stale }) },
  }) as unknown as FragmentOutcome

describe('warnings of an answer', () => {
  test('there are none where nothing is wrong', () => {
    expect(warningsOf([outcome('a', ['b/b'])], 99_999)).toEqual([])
  })

  test('report which tables are stale, without control characters', () => {
    expect(
      warningsOf([outcome('a', ['b/b', 'c/c'], [{ table: 'b/b', reason: `b.csv: \u001b[31mit is\na web page${'x'.repeat(600)}` }])], 0),
    ).toEqual([
      {
        code: 'STALE_COPY',
        table: 'a/b/b',
        column: null,
        message: expect.stringMatching(/^The rows are of an earlier state: .* b\.csv: {2}\[31mit is a web pagex+$/) as unknown,
      },
    ])
  })

  test('a spoke cannot warn about a table that it was not asked for', () => {
    expect(
      warningsOf(
        [
          outcome(
            'a',
            ['b/b'],
            [
              { table: 'c/c', reason: 'x' },
              { table: '../other/b/b', reason: 'x' },
            ],
          ),
        ],
        0,
      ),
    ).toEqual([])
  })

  test('report totals that were set aside and those among the rows, each table once, and only of tables that were asked for', () => {
    const [first, second] = [outcome('a', ['b/b', 'c/c']), outcome('a', ['b/b'])]
    const totals = [
      { table: 'b/b', totals: 'SET_ASIDE' as const },
      { table: 'c/c', totals: 'AMONG_ROWS' as const },
      { table: 'd/d', totals: 'AMONG_ROWS' as const },
    ]
    const telling = (one: FragmentOutcome): FragmentOutcome => ({ ...one, report: { truncated: false, totals } })
    expect(warningsOf([telling(first), telling(second)], 0)).toMatchObject([
      { code: 'TOTALS_SET_ASIDE', table: 'a/b/b', column: null },
      { code: 'TOTAL_AMONG_ROWS', table: 'a/c/c', column: null },
    ])
  })

  test('report what a deep page costs, and what costs less', () => {
    expect(warningsOf([outcome('a', ['b/b'])], 2_000_000)).toMatchObject([
      { code: 'DEEP_PAGE', message: expect.stringMatching(/2,000,000 rows before this page.*filter \(gt, lt\)/) as unknown },
    ])
    expect(warningsOf([outcome('a', ['b/b']), outcome('c', ['b/b'])], 100_000)).toMatchObject([
      { message: expect.stringContaining('Each of 2 sources sends the hub its first 100,000 rows') as unknown },
    ])
  })

  test('a deep page of joins names each source once, and no count of matches', () => {
    const count = (spokeId: string) => outcome(spokeId, ['b/b'], undefined, true)
    const costOf = (outcomes: FragmentOutcome[], joins: number) => warningsOf(outcomes, 100_000, joins)[0]?.message.split(', again')[0]
    expect(costOf([outcome('a', ['b/b', 'c/c']), count('a')], 1)).toBe('The source reads and sorts the 100,000 rows before this page')
    const joined = (sources: string) => `The hub reads the rows of ${sources}, joins them, and sorts the 100,000 rows before this page`
    expect(costOf([outcome('a', ['b/b']), count('c'), outcome('c', ['b/b'])], 1)).toBe(joined('2 sources'))
    expect(costOf([outcome('a', ['b/b']), outcome('a', ['c/c'])], 1)).toBe(joined('1 source'))
    expect(costOf([outcome('a', ['b/b']), count('c'), outcome('c', ['b/b']), outcome('a', ['c/c'])], 2)).toBe(joined('2 sources'))
  })

  test('a table that was read and counted is told to be stale once', () => {
    const stale = [{ table: 'b/b', reason: 'gone' }]
    expect(
      warningsOf([outcome('a', ['b/b'], stale, true), outcome('a', ['b/b'], stale), outcome('c', ['b/b'], stale)], 0, 1),
    ).toMatchObject([
      { code: 'STALE_COPY', table: 'a/b/b' },
      { code: 'STALE_COPY', table: 'c/b/b' },
    ])
  })
})
