import { expect, test } from 'vitest'
import { anonymous } from '../../src/identity/viewer.js'
import { parse } from '../../src/query/1-parse/parse.js'
import { bind } from '../../src/query/2-bind/bind.js'
import { authorise } from '../../src/query/3-authorise/authorise.js'
import { columnWarnings } from '../../src/query/7-result/column-warnings.js'
import { catalogueOf, tableOf } from '../support/query.js'
import { withoutAgreements } from './support/without-agreements.js'

const camden = tableOf('camden/toilets/toilets', [
  { name: 'name', type: 'STRING' },
  { name: 'place', type: 'GEOMETRY' },
  { name: 'opened', type: 'DATE', dayAssumed: true },
  { name: 'keeper', type: 'STRING', personal: true },
])
const lacking = ['barnet', 'brent', 'bexley', 'bromley'].map((id) => tableOf(`${id}/toilets/toilets`, [{ name: 'name', type: 'STRING' }]))
const [barnet] = lacking
const union = [camden, barnet].map((table) => table?.id)
const warnings = async (input: object) =>
  columnWarnings(authorise(await bind(parse(input), catalogueOf([camden, ...lacking])), withoutAgreements(anonymous))).map(
    ({ code, table, column, message }) => [code, table, column, message],
  )

test('a column that a table of a stack lacks is told, also where it only filters', async () => {
  expect(await warnings({ from: { union }, select: [{ column: 'name' }], where: { column: 'place', withinBox: [-1, 51, 1, 52] } })).toEqual(
    [
      [
        'COLUMN_MISSING',
        'barnet/toilets/toilets',
        'place',
        "'place' is null in all rows of barnet/toilets/toilets, which has no such column: no filter of places finds these rows.",
      ],
    ],
  )
})

test('of many tables some are named', async () => {
  const all = [camden, ...lacking].map(({ id }) => id)
  const [[, table, , message] = []] = await warnings({ from: { union: all }, measures: [{ function: 'COUNT', column: 'place' }] })
  expect([table, message]).toEqual([
    null,
    "'place' is null in all rows of barnet/toilets/toilets, brent/toilets/toilets, bexley/toilets/toilets and 1 more table, which have no such column: no filter of places finds these rows.",
  ])
})

test('dates whose order was assumed are told with their table, under the name that the query gives them', async () => {
  const members = [{ table: camden.id, columns: [{ column: 'opened', as: 'since' }] }]
  expect(await warnings({ from: { members }, select: [{ column: 'since' }] })).toEqual([
    [
      'DAY_ASSUMED',
      camden.id,
      'since',
      expect.stringMatching(/^No value of 'opened' in camden\/toilets\/toilets shows whether day or month/) as string,
    ],
  ])
})

test('coordinates that are elsewhere are told', async () => {
  const grid = tableOf('gla/grid/grid', [{ name: 'where', type: 'GEOMETRY', notWgs84: true }])
  const query = authorise(await bind(parse({ from: { table: grid.id } }), catalogueOf([grid])), withoutAgreements(anonymous))
  expect(columnWarnings(query)).toMatchObject([{ code: 'NOT_WGS84', table: grid.id, column: 'where' }])
})

test('nothing is told of columns that the query does not use, nor of those that are withheld', async () => {
  expect(await warnings({ from: { union }, select: [{ column: 'name' }] })).toEqual([])
  expect((await warnings({ from: { union } })).map(([, , column]) => column)).toEqual(['place', 'opened', 'opened'])
})

test('a wide stack gets fifty warnings, and how many more there are', async () => {
  const wide = tableOf(
    'gla/wide/wide',
    Array.from({ length: 70 }, (_, at) => ({ name: `c${at}`, type: 'INT64' as const })),
  )
  const other = tableOf('gla/other/other', [{ name: 'name', type: 'STRING' }])
  const query = authorise(
    await bind(parse({ from: { union: [wide.id, other.id] } }), catalogueOf([wide, other])),
    withoutAgreements(anonymous),
  )
  const all = columnWarnings(query)
  expect([all.length, all.at(-1)?.message]).toEqual([51, expect.stringMatching(/^21 more such warnings/)])
})
