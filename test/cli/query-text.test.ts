import { readFileSync } from 'node:fs'
import { buildSchema, getNamedType, type GraphQLObjectType, isObjectType, Kind, parse, type SelectionSetNode } from 'graphql'
import { describe, expect, test } from 'vitest'
import { planSelection, resultSelection } from '../../src/cli/commands/query.js'
import { parseInput } from '../../src/cli/query-input.js'
import { matchText } from '../../src/query/7-result/match-text.js'
import { type Answer, answerText, cellText, graphErrorText, planText } from '../../src/cli/query-text.js'

const answer: Answer = {
  columns: [
    { name: 'borough', type: 'STRING' },
    { name: 'libraries', type: 'INT64' },
  ],
  rows: [
    ['camden', 2],
    ['barnet', null],
  ],
  rowCount: 2,
  truncated: false,
  complete: true,
  withheld: [],
  sources: [{ spoke: 'camden', status: 'OK', missingColumns: [], error: null }],
  matches: [],
  warnings: [],
}

describe('a result', () => {
  test('is a table and the number of its rows; numbers stand to the right, null is empty', () => {
    expect(answerText(answer)).toMatchInlineSnapshot(`
      "┌─────────┬───────────┐
      │ borough │ libraries │
      ├─────────┼───────────┤
      │ camden  │         2 │
      ├─────────┼───────────┤
      │ barnet  │           │
      └─────────┴───────────┘
      2 rows"
    `)
    expect(answerText({ ...answer, rows: [], rowCount: 0 })).toBe(
      '┌─────────┬───────────┐\n│ borough │ libraries │\n└─────────┴───────────┘\n0 rows',
    )
  })

  test('prints warnings', () => {
    const warnings = [
      { code: 'STALE_COPY', message: 'The rows are of an earlier state.', table: 'camden/libraries/libraries', column: null },
    ]
    expect(
      answerText({ ...answer, warnings })
        .split('\n')
        .at(-1),
    ).toBe('STALE_COPY: camden/libraries/libraries: The rows are of an earlier state.')
  })

  test('says that more rows exist, which source did not answer and why, and what is missing or withheld', () => {
    const sources = [
      { spoke: 'camden', status: 'OK', missingColumns: ['ward', 'Opened'], error: null },
      { spoke: 'barnet', status: 'TIMED_OUT', missingColumns: [], error: { code: 'SOURCE_TIMEOUT', message: 'It took\ntoo long.' } },
      { spoke: 'gla', status: 'SKIPPED', missingColumns: [], error: null },
    ]
    const text = answerText({ ...answer, rowCount: 1, truncated: true, complete: false, withheld: [{ column: 'Date of birth' }], sources })
    expect(text.split('\n').slice(7)).toEqual([
      '1 row; truncated: more rows exist beyond the limit; NOT COMPLETE: a source did not answer',
      'barnet: TIMED_OUT: SOURCE_TIMEOUT: It took too long.',
      'gla: SKIPPED',
      'camden lacks ward, Opened: empty in its rows',
      'left out, since you may not see them: Date of birth',
    ])
  })

  test('of many rows is one table, as wide as its widest row', () => {
    const rows = Array.from({ length: 1001 }, (_, index) => [index === 700 ? '図書館'.repeat(5) : 'a', index])
    const lines = answerText({ ...answer, rows, rowCount: rows.length }).split('\n')
    expect(lines).toHaveLength(2 * 1002 + 1 + 1)
    expect(lines.filter((line) => line.startsWith('├'))).toHaveLength(1001)
    expect(new Set(lines.filter((line) => /^[┌├└]/.test(line)).map(({ length }) => length))).toEqual(new Set([1 + 32 + 1 + 11 + 1]))
    expect(lines.filter((line) => line.startsWith('│')).map((line) => line.split('│')[2]?.trim())).toEqual([
      'libraries',
      ...rows.map(([, index]) => String(index)),
    ])
    expect(lines.slice(-2)).toEqual([`└${'─'.repeat(32)}┴${'─'.repeat(11)}┘`, '1,001 rows'])
  })
})

describe('what a join matched', () => {
  const match = {
    ...{ left: 'schools', right: 'visits', matchedKeys: 149, largestFanOut: 1 },
    ...{ leftRows: 161, leftMatched: 149, leftNullKeys: 0, leftDamagedKeys: 0 },
    ...{ rightRows: 300, rightMatched: 212, rightNullKeys: 0, rightDamagedKeys: 0 },
  }
  test('is one line for each join, under the number of rows', () => {
    const matches = [match, { ...match, left: 'schools ⋈ visits', right: 'wards' }]
    expect(
      answerText({ ...answer, matches })
        .split('\n')
        .slice(7),
    ).toEqual([
      '2 rows',
      'schools ⋈ visits: 149 of 161 rows of schools (93 %) and 212 of 300 rows of visits (71 %) matched, by 149 keys',
      'schools ⋈ visits ⋈ wards: 149 of 161 rows of schools ⋈ visits (93 %) and 212 of 300 rows of wards (71 %) matched, by 149 keys',
    ])
  })

  test.each([
    [
      'null and damaged keys, and many rows of one key',
      { leftNullKeys: 1, leftDamagedKeys: 2, rightNullKeys: 1200, largestFanOut: 4 },
      'matched, by 149 keys; one key became up to 4 rows; on the left 1 null key and 2 damaged keys; on the right 1,200 null keys',
    ],
    [
      'rates that would be rounded to all or none',
      { leftRows: 1000, leftMatched: 999, rightRows: 1000, rightMatched: 1 },
      '999 of 1,000 rows of schools (99.9 %) and 1 of 1,000 rows of visits (0.1 %) matched, by 149 keys',
    ],
    [
      'one of 300, and all but one',
      { leftRows: 300, leftMatched: 1, rightRows: 300, rightMatched: 299 },
      '1 of 300 rows of schools (0.3 %) and 299 of 300 rows of visits (99.7 %) matched, by 149 keys',
    ],
    [
      'one of a million, and all but one',
      { leftRows: 1e6, leftMatched: 1, rightRows: 1e6, rightMatched: 1e6 - 1 },
      '1 of 1,000,000 rows of schools (below 0.1 %) and 999,999 of 1,000,000 rows of visits (above 99.9 %) matched, by 149 keys',
    ],
    [
      'a whole rate beside all and none',
      { leftRows: 100, leftMatched: 1, rightRows: 100, rightMatched: 99 },
      '1 of 100 rows of schools (1 %) and 99 of 100 rows of visits (99 %) matched, by 149 keys',
    ],
    [
      'none and one',
      { leftRows: 1, leftMatched: 1, rightMatched: 0, matchedKeys: 1 },
      '1 of 1 row of schools (100 %) and 0 of 300 rows of visits (0 %) matched, by 1 key',
    ],
    [
      'no rows',
      { leftRows: 0, leftMatched: 0, rightMatched: 0, matchedKeys: 0, largestFanOut: 0 },
      '0 of 0 rows of schools and 0 of 300 rows of visits (0 %) matched, by 0 keys',
    ],
    [
      'a side that did not answer',
      {
        leftMatched: null,
        rightRows: null,
        rightMatched: null,
        rightNullKeys: null,
        rightDamagedKeys: null,
        matchedKeys: null,
        largestFanOut: null,
      },
      'an unknown number of 161 rows of schools and an unknown number of rows of visits matched',
    ],
  ])('tells %s', (_what, differs, text) => expect(matchText({ ...match, ...differs })).toSatisfy((line: string) => line.endsWith(text)))
})

test.each([
  ['null', null, ''],
  ['false', false, 'false'],
  ['zero', 0, '0'],
  ['an object', { type: 'Point', coordinates: [-0.1, 51.5] }, '{"type":"Point","coordinates":[-0.1,51.5]}'],
  ['sixty characters', 'é'.repeat(60), 'é'.repeat(60)],
  ['sixty-one', 'é'.repeat(61), `${'é'.repeat(59)}…`],
  ['characters of two units, which are not cut in two', '🦉'.repeat(61), `${'🦉'.repeat(59)}…`],
  ['two lines', 'High Road\r\nKilburn', 'High Road Kilburn'],
  ['what would steer a terminal', 'a\u001b[31mb\u009bc\u202ed', 'a [31mb c d'],
])('a cell of %s', (_what, value, text) => expect(cellText(value)).toBe(text))

test('a plan is its tree, each fragment and the hub’s part', () => {
  const fragment = {
    stage: 1,
    why: null,
    spoke: 'camden',
    connector: 'spoke',
    native: 'SELECT 1\nFROM a',
    pushedDown: ['PROJECT', 'AGGREGATE'],
    left: [],
    estimatedRows: 1200,
  }
  const unsure = {
    stage: 2,
    why: 'waits for the keys of #0: about 12 rows against about 1,200',
    spoke: 'barnet',
    connector: 'files',
    native: 'b',
    pushedDown: [],
    left: ['FILTER', 'SORT'],
    estimatedRows: null,
    tables: ['barnet/b/b'],
    missingColumns: ['ward'],
  }
  expect(planText({ text: 'limit 11 offset 0\n  scan a', fragments: [fragment, unsure], residual: "SELECT *\nFROM fragment('#0')" }))
    .toMatchInlineSnapshot(`
    "limit 11 offset 0
      scan a

    #0 camden (spoke)
      pushed down      PROJECT, AGGREGATE
      left             nothing
      estimated rows   1,200
      native
        SELECT 1
        FROM a

    #1 barnet (files)
      stage 2          waits for the keys of #0: about 12 rows against about 1,200
      tables           barnet/b/b
      pushed down      nothing
      left             FILTER, SORT
      estimated rows   unknown
      missing columns  ward
      native
        b

    left to the hub
      SELECT *
      FROM fragment('#0')"
  `)
})

test('an error is its code, its message and the place in the input', () => {
  const extensions = { code: 'UNKNOWN_COLUMN', inputPath: ['where', 'and', 0, 'column'], suggestions: ['Name', 'Names'] }
  expect(graphErrorText({ message: "There is no column 'Nam' here. Did you mean 'Name' or 'Names'?", extensions })).toBe(
    "UNKNOWN_COLUMN: There is no column 'Nam' here. Did you mean 'Name' or 'Names'? (at where.and[0].column in the input)",
  )
  expect(graphErrorText({ message: 'No.' })).toBe('BAD_REQUEST: No.')
})

describe('an input', () => {
  const input = { from: { table: 'a/b/c' }, where: { column: 'Opened', gte: '2026-01-09' }, limit: 5 }
  test.each([
    ['JSON', JSON.stringify(input, null, '\t')],
    ['YAML', 'from: { table: a/b/c }\nwhere:\n  column: Opened\n  gte: 2026-01-09 # a date is text\nlimit: 5\n'],
  ])('in %s', (_form, text) => expect(parseInput(text, 'it')).toEqual(input))

  test.each([
    ['of neither', 'from: [', /^it at line \d+: it is neither JSON nor YAML: /],
    ['of broken JSON', '{"from": {"table": "a"}', /^it at line \d+: it is neither JSON nor YAML: /],
    ['that refers to itself', 'from: &a { table: *a }', /^it: .*refer to themselves$/],
    [
      'that grows by its aliases',
      `a0: &a0 [x, x]\n${Array.from({ length: 20 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`).join('\n')}`,
      /^it: .*aliases are too many/,
    ],
    ['nested without end', `${'{"not":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /^it: it is nested too deep/],
  ])('%s is refused', (_what, text, message) => expect(() => parseInput(text, 'it')).toThrow(message))
})

test('--json has the whole answer: it requests every field of the graph', () => {
  const schema = buildSchema(readFileSync('graphql/schema.graphql', 'utf8'))
  const names = (type: GraphQLObjectType, prefix = ''): string[] =>
    Object.values(type.getFields()).flatMap(({ name, type: own }) => {
      const below = getNamedType(own)
      return isObjectType(below) ? names(below, `${prefix}${name}.`) : [`${prefix}${name}`]
    })
  const asked = ({ selections }: SelectionSetNode, prefix = ''): string[] =>
    selections.flatMap((node) => {
      if (node.kind !== Kind.FIELD) return []
      return node.selectionSet === undefined ? [`${prefix}${node.name.value}`] : asked(node.selectionSet, `${prefix}${node.name.value}.`)
    })
  const selected = (text: string) => asked((parse(text).definitions[0] as { selectionSet: SelectionSetNode }).selectionSet)
  expect(new Set([...selected(resultSelection), 'records'])).toEqual(new Set(names(schema.getType('ResultSet') as GraphQLObjectType)))
  expect(new Set(selected(planSelection))).toEqual(new Set(names(schema.getType('Plan') as GraphQLObjectType)))
})
