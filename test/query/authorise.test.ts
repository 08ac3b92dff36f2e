import { describe, expect, it } from 'vitest'
import { anonymous, type Viewer } from '../../src/identity/viewer.js'
import { parse } from '../../src/query/1-parse/parse.js'
import { bind } from '../../src/query/2-bind/bind.js'
import { authorise } from '../../src/query/3-authorise/authorise.js'
import { drawRelation } from '../../src/query/4-plan/draw.js'
import { pruneColumns } from '../../src/query/4-plan/rewrite/prune-columns.js'
import { catalogueOf, failureOf, tableOf } from '../support/query.js'
import { withoutAgreements } from './support/without-agreements.js'

const people = tableOf('camden/people/people', [
  { name: 'nino', type: 'STRING', personal: true },
  { name: 'ward', type: 'STRING' },
  { name: 'age', type: 'INT64', personal: true },
  { name: 'visits', type: 'INT64' },
])
const visits = tableOf('barnet/visits/visits', [
  { name: 'ward', type: 'STRING' },
  { name: 'age', type: 'INT64' },
])
const secret = tableOf('camden/secret/secret', [{ name: 'nino', type: 'STRING', personal: true }])
const shared = tableOf('camden/shared/shared', [{ name: 'a', type: 'STRING' }], { access: 'SHARED', sharedWith: ['borough-of-barnet'] })
const closed = tableOf('camden/closed/closed', [{ name: 'a', type: 'STRING' }], { access: 'CLOSED', sharedWith: ['borough-of-barnet'] })
const barnet: Viewer = { organisation: 'borough-of-barnet', scopes: [] }
const brent: Viewer = { organisation: 'borough-of-brent', scopes: ['hub:operate'] }

const authorised = async (input: unknown, viewer: Viewer = anonymous) =>
  authorise(await bind(parse(input), catalogueOf([people, visits, secret, shared, closed])), withoutAgreements(viewer))

describe('tables', () => {
  it.each<[string, Viewer, string, string]>([
    ['anonymous of what is shared', anonymous, shared.id, 'UNAUTHENTICATED'],
    ['another organisation of what is shared', brent, shared.id, 'FORBIDDEN'],
    ['an operator of what is closed', brent, closed.id, 'AGREEMENT_REQUIRED'],
    ['an organisation of what is closed, though it is named', barnet, closed.id, 'AGREEMENT_REQUIRED'],
    ['anonymous of what is closed', anonymous, closed.id, 'AGREEMENT_REQUIRED'],
  ])('are refused to %s', async (_, viewer, table, code) => {
    const on = [{ left: '_table', right: '_table' }]
    const asked: [object, (string | number)[]][] = [
      [{ from: { table } }, ['from', 'table']],
      [{ from: { union: [visits.id, table, table] } }, ['from', 'union', 1]],
      [{ from: { members: [{ table: visits.id }, { table }] } }, ['from', 'members', 1, 'table']],
      [{ from: { table }, measures: [{ function: 'COUNT' }] }, ['from', 'table']],
      [{ from: { table: visits.id }, joins: [{ table: { table }, type: 'ANTI', on }] }, ['joins', 0, 'table', 'table']],
      [
        {
          from: { table: visits.id },
          joins: [{ table: { union: [visits.id, table], as: 'both' }, on }],
          measures: [{ function: 'COUNT' }],
        },
        ['joins', 0, 'table', 'union', 1],
      ],
    ]
    for (const [input, inputPath] of asked) expect(await failureOf(() => authorised(input, viewer))).toMatchObject({ code, inputPath })
  })

  it('that the viewer does not know of are told before any that is refused, at their own place', async () => {
    for (const other of [shared.id, closed.id, visits.id])
      expect(await failureOf(() => authorised({ from: { union: [other, 'camden/none/none'] } }))).toMatchObject({
        code: 'UNKNOWN_TABLE',
        inputPath: ['from', 'union', 1],
      })
  })

  it('are readable by the organisations that they are shared with', async () => {
    expect((await authorised({ from: { table: shared.id } }, barnet)).outputs).toHaveLength(1)
  })
})

describe('an organisation’s own tables', () => {
  const camden: Viewer = { organisation: 'borough-of-camden', scopes: [] }
  const told = { ...people, access: 'CLOSED', ownerReadsPersonal: true } as const
  const asked = async (table: typeof people, input: object, viewer: Viewer) =>
    authorise(await bind(parse({ from: { table: table.id }, ...input }), catalogueOf([table, visits])), withoutAgreements(viewer))

  it.each([shared, closed])('are readable by its own token: $access', async (table) => {
    const { outputs, protectedTables } = await asked(table, {}, camden)
    expect([outputs.length, [...protectedTables]]).toEqual([1, [table.id]])
  })

  it('have their personal columns for it where its spoke says so, and for nobody else', async () => {
    const own = await asked(told, { where: { column: 'nino', isNull: false } }, camden)
    expect([own.outputs.length, own.withheld]).toEqual([4, []])
    for (const viewer of [anonymous, barnet, brent])
      expect(await failureOf(() => asked(told, {}, viewer))).toMatchObject({ code: 'AGREEMENT_REQUIRED' })
    const untold = await asked({ ...told, ownerReadsPersonal: false }, {}, camden)
    expect(untold.withheld.map(({ column }) => column)).toEqual(['nino', 'age'])
  })

  it('keep personal columns from all others where the table is open, shared or in a union with one of theirs', async () => {
    for (const table of [
      { ...told, access: 'OPEN' as const },
      { ...told, access: 'SHARED' as const, sharedWith: ['borough-of-barnet'] },
    ]) {
      expect((await asked(table, {}, barnet)).withheld.map(({ column }) => column)).toEqual(['nino', 'age'])
      expect(await failureOf(() => asked(table, { where: { column: 'age', gt: 3 } }, barnet))).toMatchObject({ code: 'FORBIDDEN' })
    }
    const union = { from: { union: [visits.id, told.id] }, select: [{ column: 'age' }] }
    expect(await failureOf(() => asked({ ...told, access: 'OPEN' }, union, barnet))).toMatchObject({ code: 'FORBIDDEN' })
    expect((await asked(told, union, camden)).outputs).toHaveLength(1)
  })

  it('are protected where a personal column of an open one is read, so that its keys are sent nowhere and nobody may keep the answer', async () => {
    const open = { ...told, access: 'OPEN' as const }
    expect([...(await asked(open, { select: [{ column: 'nino' }] }, camden)).protectedTables]).toEqual([open.id])
    expect([...(await asked(open, { select: [{ column: 'ward' }] }, camden)).protectedTables]).toEqual([])
    expect([...(await asked(open, {}, barnet)).protectedTables]).toEqual([])
  })
})

describe('personal columns', () => {
  const from = { table: people.id }

  it('are omitted where `select` is absent, and reported as withheld', async () => {
    const { outputs, withheld, relation } = await authorised({ from, orderBy: [{ column: 'visits' }] })
    expect(outputs.map(({ name }) => name)).toEqual(['ward', 'visits'])
    expect(withheld).toEqual([
      { column: 'nino', decision: 'DENY', obligations: [] },
      { column: 'age', decision: 'DENY', obligations: [] },
    ])
    // The relation reads none of them, and sorts by the requested column.
    expect(drawRelation(pruneColumns(relation))).toBe(
      ['limit 101 offset 0', '  sort $1 asc nulls last', '    scan camden/people/people [ward: STRING, visits: INT64]'].join('\n'),
    )
  })

  it.each<[string, object, (string | number)[]]>([
    ['selected', { select: [{ column: 'ward' }, { column: 'nino', as: 'code' }] }, ['select', 1, 'column']],
    ['filtered by', { select: [{ column: 'ward' }], where: { not: { column: 'age', isNull: true } } }, ['where', 'not', 'column']],
    [
      'filtered by before',
      { from: { ...from, where: { column: 'age', gt: 50 } }, select: [{ column: 'ward' }] },
      ['from', 'where', 'column'],
    ],
    ['grouped by', { groupBy: [{ column: 'age' }], measures: [{ function: 'COUNT' }] }, ['groupBy', 0, 'column']],
    ['counted', { measures: [{ function: 'COUNT' }, { function: 'COUNT', column: 'nino' }] }, ['measures', 1, 'column']],
    ['averaged', { groupBy: [{ column: 'ward' }], measures: [{ function: 'AVG', column: 'age' }] }, ['measures', 0, 'column']],
    ['sorted by', { orderBy: [{ column: 'age' }] }, ['orderBy', 0, 'column']],
    [
      'renamed by a member',
      {
        from: { members: [{ table: people.id, columns: [{ column: 'nino', as: 'code' }, { column: 'ward' }] }] },
        select: [{ column: 'code' }],
      },
      ['select', 0, 'column'],
    ],
    [
      'read as another type',
      {
        from: { members: [{ table: people.id, columns: [{ column: 'age', type: 'STRING' }] }] },
        where: { column: 'age', eq: '50' },
        measures: [{ function: 'COUNT' }],
      },
      ['where', 'column'],
    ],
    [
      'in a union with an open column',
      { from: { members: [{ table: visits.id }, { table: people.id, columns: [{ column: 'age' }] }] }, select: [{ column: 'age' }] },
      ['select', 0, 'column'],
    ],
  ])('cannot be %s', async (_, input, inputPath) => {
    expect(await failureOf(() => authorised({ from, ...input }))).toMatchObject({ code: 'FORBIDDEN', inputPath })
  })

  it('are omitted from a union although another member’s column is open', async () => {
    const { outputs, withheld } = await authorised({
      from: { members: [{ table: visits.id }, { table: people.id, columns: [{ column: 'age' }, { column: 'ward' }] }] },
    })
    expect(outputs.map(({ name }) => name)).toEqual(['ward'])
    expect(withheld.map(({ column }) => column)).toEqual(['age'])
  })

  it('make a table without other columns unreadable, except for counting its rows', async () => {
    expect(await failureOf(() => authorised({ from: { table: secret.id } }))).toMatchObject({ code: 'FORBIDDEN', inputPath: ['from'] })
    expect((await authorised({ from: { table: secret.id }, measures: [{ function: 'COUNT' }] })).outputs).toHaveLength(1)
  })
})
