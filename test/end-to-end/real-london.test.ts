import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { isLong, long } from '../support/long.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

const here = existsSync(new URL('../../../shared/data/london', import.meta.url))
if (!here) console.warn('NOT RUN: the real files of London. ../shared/data/london is not beside this checkout')
else if (!isLong) console.warn('NOT RUN: the real files of London. They take long: npm run test:long')

const tables = {
  'polling-stations': { barnet: 91, camden: 61, lambeth: 101, wandsworth: 83 },
  'public-toilets': { barnet: 26, camden: 39, lambeth: 32 },
  'grit-bins': { camden: 177, wandsworth: 55 },
  libraries: { camden: 13, lambeth: 11, wandsworth: 11 },
  schools: { barnet: 161, camden: 658, lambeth: 100, wandsworth: 81 },
}

describe.runIf(here && isLong)('the real files of five authorities', { tags: [long] }, () => {
  let database: FreshDatabase
  let hub: TestHub
  beforeAll(async () => {
    database = await freshDatabase()
    hub = await startTestHub(fileURLToPath(new URL('../real/hub.yaml', import.meta.url)), { env: { DATABASE_URL: database.url } })
    await hub.harvested('camden', 'barnet', 'lambeth', 'wandsworth', 'gla')
  })
  afterAll(async () => {
    await hub.stop()
    await database.drop()
  })

  const count = async (ids: string[]) => {
    const members = ids.map((table) => ({ table, columns: null }))
    const input = { from: { members }, groupBy: [{ column: '_spoke' }], measures: [{ function: 'COUNT' }] }
    const answer = await hub.ask<{ query: { rows: [string, number][] } }>('query ($input: QueryInput!) { query(input: $input) { rows } }', {
      input,
    })
    expect(answer.errors).toBeUndefined()
    return Object.fromEntries(answer.data?.query.rows ?? [])
  }

  test('polling stations of four boroughs: 336 in one query by _spoke', async () => {
    const counts = await count(['barnet', 'camden', 'lambeth', 'wandsworth'].map((spoke) => `${spoke}/polling-stations/polling-stations`))
    expect(counts).toEqual(tables['polling-stations'])
    expect(Object.values(counts).reduce((sum, one) => sum + one, 0)).toBe(336)
  })

  test.each(Object.entries(tables))('%s', async (dataset, expected) => {
    for (const [spoke, rows] of Object.entries(expected)) expect(await count([`${spoke}/${dataset}/${dataset}`])).toEqual({ [spoke]: rows })
  })

  test('the GLA’s LSOA tables', async () => {
    const { data } = await hub.ask<{ spoke: { datasets: { nodes: { tables: { id: string; rowCount: number }[] }[] } } }>(
      '{ spoke(id: "gla") { datasets { nodes { tables { id rowCount } } } } }',
    )
    expect(
      data?.spoke.datasets.nodes.flatMap((dataset) => dataset.tables.map(({ id, rowCount }) => [id.split('/').at(-1), rowCount])),
    ).toEqual([
      ['airquality-lsoa11-2019-no2', 4835],
      ['crime-major-burglary', 4829],
      ['crime-minor-theft-bicycle', 4829],
      ['population-mid2020-lsoa', 4835],
    ])
  })

  test('Lambeth’s spend of April 2012 is exact to the penny, its Grand Total row set aside and told', async () => {
    const { data } = await hub.ask<{
      spoke: { datasets: { nodes: { id: string; tables: { id: string; rowCount: number; problems: string[] }[] }[] } }
    }>('{ spoke(id: "lambeth") { datasets(first: 100) { nodes { id tables { id rowCount problems } } } } }')
    const table = data?.spoke.datasets.nodes.flatMap(({ tables: all }) => all).find(({ id }) => /apr-?2012/.test(id))
    expect(table?.problems.join(' ')).toMatch(/total/i)
    const input = {
      from: { table: table?.id },
      measures: [{ function: 'COUNT' }, { function: 'SUM', column: 'Total' }],
    }
    const answer = await hub.ask<{ query: { rows: unknown[]; warnings: object[] } }>(
      'query ($input: QueryInput!) { query(input: $input) { rows warnings { code table } } }',
      { input },
    )
    expect(answer.data?.query).toEqual({ rows: [[971, '38864454.90']], warnings: [{ code: 'TOTALS_SET_ASIDE', table: table?.id }] })
  })

  const matchOf = async (left: string, right: string, on: object) => {
    const input = { from: { table: left }, joins: [{ table: { table: right, as: 'right' }, on: [on] }], measures: [{ function: 'COUNT' }] }
    const fields =
      'matches { leftRows leftMatched leftNullKeys leftDamagedKeys leftKeys rightRows rightMatched rightKeys matchedKeys joinedRows }'
    const answer = await hub.ask<{ query: { matches: object[] } }>(`query ($input: QueryInput!) { query(input: $input) { ${fields} } }`, {
      input,
    })
    expect(answer.errors).toBeUndefined()
    return answer.data?.query.matches[0]
  }

  test('Lambeth’s polling stations join its schools on UPRN: 31 distinct', async () => {
    const on = { left: 'UPRN', right: 'UPRN', normalise: 'UPRN' }
    const match = await matchOf('lambeth/polling-stations/polling-stations', 'lambeth/schools/schools', on)
    expect(match).toMatchObject({ leftRows: 101, leftKeys: 88, rightRows: 100, rightKeys: 98, matchedKeys: 31 })
  })

  test.each([
    ['Barnet’s: 149 of 161', 'barnet', 'URN', 161, 149],
    ['Wandsworth’s: none', 'wandsworth', 'Urn', 81, 0],
  ])('schools of Camden’s extract on URN, %s', async (_, spoke, left, leftRows, leftMatched) => {
    const on = { left, right: 'Unique Reference Number', normalise: 'TEXT' }
    const match = await matchOf(`${spoke}/schools/schools`, 'camden/schools/schools', on)
    expect(match).toMatchObject({ leftRows, leftMatched, rightRows: 658, matchedKeys: leftMatched, joinedRows: leftMatched })
  })

  test('nothing of libraries, toilets, polling stations and schools is taken for personal', async () => {
    const { data } = await hub.ask<{
      datasets: { nodes: { tables: { id: string; columns: { name: string; sensitivity: string }[] }[] }[] }
    }>('{ datasets(first: 100) { nodes { tables { id columns { name sensitivity } } } } }')
    const personal = data?.datasets.nodes.flatMap((dataset) =>
      dataset.tables.flatMap(({ id, columns }) =>
        columns.filter(({ sensitivity }) => sensitivity !== 'NONE').map(({ name }) => `${id}: ${name}`),
      ),
    )
    expect(personal).toEqual([])
  })
})
