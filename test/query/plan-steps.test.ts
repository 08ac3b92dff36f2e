import { describe, expect, it } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import { splitBy } from '../../src/connector/split.js'
import { operatorsOf } from '../../src/connector/traverse.js'
import type { QueryTable } from '../../src/catalogue/tables-for-query.js'
import { anonymous } from '../../src/identity/viewer.js'
import { parse } from '../../src/query/1-parse/parse.js'
import { bind } from '../../src/query/2-bind/bind.js'
import { authorise } from '../../src/query/3-authorise/authorise.js'
import type { PlanSource } from '../../src/query/4-plan/physical-plan.js'
import { plan } from '../../src/query/4-plan/plan.js'
import { catalogueOf, tableOf } from '../support/query.js'
import { withoutAgreements } from './support/without-agreements.js'

/**
 * Binds, authorises and plans a query over tables that count how often they are read.
 * @returns the number of reads of the tables' columns, and the length of the longest list of expressions in each fragment.
 */
async function steps(size: { tables: number; columns: number }, input: (ids: string[], names: string[]) => object) {
  let reads = 0
  const names = Array.from({ length: size.columns }, (_, index) => `c${index}`)
  const counting = (columns: QueryTable['columns']) =>
    new Proxy(columns, {
      get(target, key, receiver) {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++
        return Reflect.get(target, key, receiver) as unknown
      },
    })
  const tables = Array.from({ length: size.tables }, (_, index) => {
    const table = tableOf(
      `s${index % 5}/t${index}/t${index}`,
      names.map((name) => ({ name, type: 'INT64' as const })),
    )
    return { ...table, columns: counting(table.columns) }
  })
  const ids = tables.map(({ id }) => id)
  const source: PlanSource = {
    connector: 'fake',
    capabilities: everything,
    plan: ({ relation }, capabilities) => splitBy(capabilities, relation),
  }
  const bound = await bind(parse(input(ids, names)), catalogueOf(tables))
  const planned = await plan(authorise(bound, withoutAgreements(anonymous)), new Map(tables.map(({ spokeId }) => [spokeId, source])))
  const operators = planned.stages.flat().flatMap((fragment) => [...operatorsOf(fragment.planned.pushed)]).length
  return { reads, operators }
}

const select = (names: string[]) => names.map((column) => ({ column }))
const queries: [string, (ids: string[], names: string[]) => object][] = [
  ['rows in an order', (ids, names) => ({ from: { union: ids }, select: select(names), orderBy: select(names) })],
  ['every column', (ids) => ({ from: { union: ids } })],
  ['measures', (ids, names) => ({ from: { union: ids }, measures: names.map((column) => ({ function: 'STDDEV', column })) })],
  ['groups', (ids, names) => ({ from: { union: ids }, groupBy: select(names), measures: [{ function: 'COUNT' }] })],
  [
    'a filter',
    (ids, names) => ({
      from: { union: ids },
      select: select(names.slice(0, 1)),
      where: { or: names.map((column) => ({ column, eq: 1 })) },
    }),
  ],
]

describe.each(queries)('a plan of %s', (_, input) => {
  it('reads each table’s columns a fixed number of times, for any number of tables and columns', async () => {
    const each = async (tables: number, columns: number) => (await steps({ tables, columns }, input)).reads / (tables * columns)
    const [small, wide, long, large] = [await each(4, 20), await each(4, 200), await each(40, 20), await each(100, 200)]
    // One more pass over the columns would double the number; a pass for each table or each column would multiply it by a hundred.
    for (const more of [wide, long, large]) expect(more).toBeLessThanOrEqual(small * 1.5)
  })

  it('has a fixed number of operators for each table', async () => {
    const each = async (tables: number) => (await steps({ tables, columns: 10 }, input)).operators / tables
    expect(await each(400)).toBeLessThanOrEqual(await each(40))
  })
})
