import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import { scansOf } from '../../src/connector/traverse.js'
import { explainQuery, runQuery } from '../../src/query/run.js'
import { type Bench, contextOf, openBench, tableOf, textOf } from '../support/query.js'
import { openTableSource, type TableSource } from './support/table-source.js'

const columns = [
  { name: 'name', type: 'STRING' },
  { name: 'ward', type: 'STRING' },
] as const
const people = tableOf('camden/p/p', [{ ...columns[0], personal: true }, columns[1]])
const libraries = tableOf('camden/l/l', columns)

let bench: Bench
let source: TableSource
beforeAll(async () => {
  bench = await openBench()
  const held = (id: string, rows: string[][]) => ({ id, spokeId: 'camden', columns, rows })
  source = await openTableSource(
    bench.engine,
    bench.folder,
    [held('camden/p/p', [['Ann', 'A']]), held('camden/l/l', [['Kilburn', 'K']])],
    everything,
  )
})
afterAll(async () => {
  await source.close()
  await bench.close()
})

describe('a column that is withheld because another table of the union has it personal', () => {
  it.each([
    ['read twice by one member', [{ table: 'camden/l/l', columns: [{ column: 'name' }, { column: 'name', as: 'label' }] }]],
    [
      'read by two members',
      [
        { table: 'camden/l/l', columns: [{ column: 'name', as: 'label' }] },
        { table: 'camden/l/l', columns: [{ column: 'name' }] },
      ],
    ],
  ])('keeps its values under its other name: %s', async (_, members) => {
    const from = { members: [{ table: 'camden/p/p', columns: [{ column: 'name' }] }, ...members] }
    const context = contextOf(bench.hub, [people, libraries], { camden: source })
    const result = await runQuery({ from, where: { column: 'label', eq: 'Kilburn' } }, context)
    expect(JSON.parse(await textOf(result, 'records'))).toEqual([{ label: 'Kilburn' }])
    await result.release()
  })

  it('reads nothing of the personal column, which no scan names', async () => {
    const from = {
      members: [
        { table: 'camden/p/p', columns: [{ column: 'name' }, { column: 'ward' }] },
        {
          table: 'camden/p/p',
          columns: [
            { column: 'ward', as: 'name' },
            { column: 'name', as: 'other' },
          ],
        },
        { table: 'camden/l/l', columns: [{ column: 'name' }, { column: 'ward' }] },
      ],
    }
    const { text, fragments } = await explainQuery({ from }, contextOf(bench.hub, [people, libraries], { camden: source }))
    expect(text).not.toContain('name')
    for (const { planned } of fragments)
      expect(scansOf(planned.pushed).flatMap((scan) => scan.columns.map(({ name }) => name))).not.toContain('name')
  })
})

describe('a table that stands twice in a union', () => {
  it('lacks, in each fragment, only what that member lacks', async () => {
    const { union: _, ...withoutUnion } = everything
    const apart = { ...source, capabilities: () => Promise.resolve(withoutUnion) }
    const from = { members: [{ table: 'camden/l/l' }, { table: 'camden/l/l', columns: [{ column: 'name' }] }] }
    const result = await runQuery({ from }, contextOf(bench.hub, [libraries], { camden: apart }))
    expect(result.sources.map(({ missingColumns }) => missingColumns)).toEqual([[], ['ward']])
    await result.release()
  })
})
