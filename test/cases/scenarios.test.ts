import { rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dials, startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

let workspace: Workspace
let database: FreshDatabase
let hub: TestHub

beforeAll(async () => {
  workspace = await openWorkspace({
    'hub.yaml': hubYaml({ a: childSpoke('a'), b: ['files', '{ folder: ./b/data, defaultAccess: OPEN }'], c: childSpoke('c') }),
    'a/spoke.yaml': spokeYaml('a'),
    'a/data/housing-waits.csv': 'n\n1\n',
    'a/data/catalogue.yaml': 'datasets: { housing-waits: { access: CLOSED } }',
    'b/data/spend-data.csv': 'n\n100\n',
    'b/data/wb.csv': 'n\n1\n',
    'b/data/wb.geojson': '{"type":"FeatureCollection","features":[]}',
    'c/spoke.yaml': spokeYaml('c'),
    'c/data/ok.csv': 'n\n1\n2\n',
    'c/data/goes.csv': 'n\n1\n',
    'c/data/roadworks.json': '[{"n":1},{"n":2}]',
    'c/data/events.geojson':
      '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Fair"},"geometry":{"type":"Point","coordinates":[-0.1,51.5]}}]}',
    'c/data/breaks.csv': 'n\n1\n2\n3\n',
    'c/data/becomes-old.csv': 'n\n1\n',
  })
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
  await hub.harvested('a', 'b', 'c')
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await database.drop()
  await workspace.remove()
})

/** Harvests a spoke again, and answers what the harvest tells. */
async function harvest(spoke: string): Promise<string> {
  const run = dials(['harvest', spoke, '--config', workspace.hubYaml, '--data-dir', workspace.path('data'), '--url', hub.url])
  await run.exited
  return run.output()
}

interface Result {
  records: Record<string, unknown>[]
  complete: boolean
  warnings: { code: string; message: string; table: string }[]
  sources: { asOf: string | null }[]
}
async function rowsOf(table: string) {
  const { data, errors } = await hub.ask<{ query: Result | null }>(
    'query ($table: ID!) { query(input: { from: { table: $table } }) { records complete warnings { code message table } sources { asOf } } }',
    { table },
  )
  return data?.query ?? errors?.[0]
}

describe('the reported scenarios, through a hub and its spokes', () => {
  test('V20 (ckan/ckanext-harvest#104): a closed file stays closed when a neighbour comes with its slug, and so does the neighbour', async () => {
    await writeFile(workspace.path('a/data/Housing Waits.csv'), 'n\nC100\nC200\n')
    await harvest('a')
    for (const id of ['a/housing-waits/housing-waits', 'a/housing-waits-2/housing-waits-2'])
      expect(await rowsOf(id)).toMatchObject({ extensions: { code: 'UNKNOWN_TABLE' } })
    const { data } = await hub.ask<{ spoke: { lastHarvest: { problems: { message: string }[] } } }>(
      '{ spoke(id: "a") { lastHarvest { status problems { message } } } }',
    )
    expect(data?.spoke.lastHarvest.problems).toHaveLength(1)
  })

  test('V01 (ckan/ckanext-harvest#101): a new file takes no other file’s id', async () => {
    await writeFile(workspace.path('b/data/spend data.csv'), 'n\n999\n')
    expect(await harvest('b')).toContain('spend data.csv: its name gives the id spend-data')
    expect(await rowsOf('b/spend-data/spend-data')).toMatchObject({ records: [{ n: 100 }] })
    expect(await rowsOf('b/spend-data-2/spend-data-2')).toMatchObject({ records: [{ n: 999 }] })
  })

  test('V08: which file of two with one name is read is reported', async () => {
    const { data } = await hub.ask<{ table: { problems: string[] } }>('{ table(id: "b/wb/wb") { problems } }')
    expect(data?.table.problems).toEqual([
      expect.stringContaining('wb.geojson: not read'),
      expect.stringContaining('wb.geojson has geometries'),
    ])
  })

  test('V21 (sgl-project/sglang#25811): asking for a table that is gone keeps nobody from the others', async () => {
    await rm(workspace.path('c/data/goes.csv'))
    await harvest('c')
    for (let times = 0; times < 20; times++)
      expect(await rowsOf('c/goes/goes')).toMatchObject({ extensions: { code: 'SOURCE_UNAVAILABLE' } })
    expect(await rowsOf('c/ok/ok')).toMatchObject({ records: [{ n: 1 }, { n: 2 }], complete: true })
  })

  test('V02 (nao1215/sqly#388), V22: rows of a file that cannot be read now are told to be old, with their time; of a file that is gone there are none', async () => {
    await writeFile(workspace.path('c/data/breaks.csv'), '<!DOCTYPE html><html>Sign in</html>')
    await rm(workspace.path('c/data/becomes-old.csv'))
    await writeFile(workspace.path('c/data/becomes-old.xls'), 'an old workbook')
    const told = await harvest('c')
    expect(told).toContain('web page')
    expect(told).toContain('becomes-old.xls: not read')
    expect(await rowsOf('c/breaks/breaks')).toMatchObject({
      records: [{ n: 1 }, { n: 2 }, { n: 3 }],
      warnings: [{ code: 'STALE_COPY', table: 'c/breaks/breaks', message: expect.stringContaining('web page') as unknown }],
      sources: [{ asOf: expect.stringMatching(/^20\d\d-/) as unknown }],
    })
    expect((await rowsOf('c/ok/ok')) as Result).toMatchObject({ warnings: [] })
    const { data } = await hub.ask<{ dataset: { status: string } }>('{ dataset(id: "c/becomes-old") { status } }')
    expect(data?.dataset.status).toBe('MISSING')
    expect(await rowsOf('c/becomes-old/becomes-old')).toMatchObject({ extensions: { code: 'SOURCE_UNAVAILABLE' } })
  })

  test('V02: a list that became empty is a table of no rows, with the columns that it had', async () => {
    await writeFile(workspace.path('c/data/roadworks.json'), '[]')
    await writeFile(workspace.path('c/data/events.geojson'), '{"type":"FeatureCollection","features":[]}')
    await harvest('c')
    expect(await rowsOf('c/roadworks/roadworks')).toMatchObject({ records: [], complete: true, warnings: [] })
    expect(await rowsOf('c/events/events')).toMatchObject({ records: [], complete: true, warnings: [] })
    const { data } = await hub.ask<{ table: { columns: { name: string }[]; problems: string[] } }>(
      '{ table(id: "c/events/events") { columns { name } problems } }',
    )
    expect(data?.table.columns.map(({ name }) => name)).toEqual(['name', 'geometry'])
    expect(data?.table.problems).toHaveLength(1)
    await harvest('c')
    expect(await rowsOf('c/roadworks/roadworks')).toMatchObject({ records: [], complete: true })
    await writeFile(workspace.path('c/data/roadworks.json'), '[{"n":3,"why":"gas"}]')
    await harvest('c')
    expect(await rowsOf('c/roadworks/roadworks')).toMatchObject({ records: [{ n: 3, why: 'gas' }] })
  })
})
