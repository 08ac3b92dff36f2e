import { readFileSync } from 'node:fs'
import { rename, watch, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesMax } from '../../connectors/files/folder/folder.js'
import { startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { hubYaml, openWorkspace, type Workspace } from '../support/workspace.js'
import { folderOf } from '../files/support/folder.js'
import { longTest } from '../support/long-test.js'

const input = (path: string) => readFileSync(new URL(`in/${path}`, import.meta.url), 'utf8')
const many = Array.from({ length: 15_000 }, (_, at) => `${at},${at % 7}`).join('\n')
/** Datasets to be searched: id, title. */
const titles = {
  sos: 'State of the borough',
  sob: 'State in the borough',
  bins: 'Grit bins',
  covid: 'COVID-19 cases',
  depot: 'Depot at SE1 7PB',
  budget2023: 'Budget 2023',
  petitions: 'E-petitions',
  kings: 'King’s Cross',
  referral: 'pupil_referral units',
  roads: 'Roads',
  trees: 'Trees',
  parks: 'Parks',
  shops: 'Shops',
  lamps: 'Lamps',
  docks: 'Docks',
  ponds: 'Ponds',
  lakes: 'Lakes',
  woods: 'Woods',
  farms: 'Farms',
  mills: 'Mills',
} as const

let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
beforeAll(async () => {
  workspace = await openWorkspace({
    'hub.yaml': hubYaml({ a: ['files', '{ folder: ./a, defaultAccess: OPEN }'], s: ['files', '{ folder: ./s, defaultAccess: OPEN }'] }),
    'a/dst.csv': input('csv/a55-dst.csv'),
    'a/nulls.csv': input('csv/a57-nulls.csv'),
    'a/int64.csv': input('csv/a22-int64.csv'),
    'a/antimeridian.geojson': input('geo/g08-antimeridian.geojson'),
    'a/signs.csv': 'text\n"100%"\na_b\naxb\n"a\\b"\n',
    'a/many.csv': `id,kind\n${many}\n`,
    ...Object.fromEntries(Object.keys(titles).map((id) => [`s/${id}.csv`, 'n\n1\n'])),
    's/catalogue.yaml': `datasets:\n${Object.entries(titles)
      .map(([id, title]) => `  ${id}: { title: ${JSON.stringify(title)} }`)
      .join('\n')}\n`,
  })
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
  await hub.harvested('a', 's')
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await database.drop()
  await workspace.remove()
})

interface Result {
  records: Record<string, unknown>[]
  rowCount: number
}
async function query(given: object): Promise<Result> {
  const { data, errors } = await hub.ask<{ query: Result | null }>(
    'query ($input: QueryInput!) { query(input: $input) { records rowCount } }',
    { input: given },
  )
  if (errors !== undefined) throw Object.assign(new Error(errors[0]?.message), errors[0])
  return data?.query as Result
}

describe('reported queries', () => {
  const dst = (timeZone: string, granularity: string) =>
    query({
      from: { table: 'a/dst/dst' },
      groupBy: [{ column: 'at', granularity, as: 'bucket' }],
      measures: [{ function: 'COUNT', as: 'n' }],
      orderBy: [{ column: 'bucket' }],
      timeZone,
    })

  test('Q-BST (adobe/react-spectrum#7065): BST is refused, with what to give', async () => {
    await expect(dst('BST', 'DAY')).rejects.toMatchObject({
      message: expect.stringMatching(/Europe\/London.*BST/) as unknown,
      extensions: { code: 'BAD_USER_INPUT', inputPath: ['timeZone'] },
    })
  })

  test('Q-DST: days, weeks and months are those of London', async () => {
    const at = input('csv/a55-dst.csv')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => new Date(line.split(',').find((cell) => /^\d{4}-/.test(cell)) as string))
    const inLondon = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit' })
    const counted = (bucketOf: (day: string) => string) => {
      const counts = new Map<string, number>()
      for (const one of at) counts.set(bucketOf(inLondon.format(one)), (counts.get(bucketOf(inLondon.format(one))) ?? 0) + 1)
      return [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([bucket, n]) => ({ bucket, n }))
    }
    const monday = (day: string) => {
      const date = new Date(`${day}T00:00:00Z`)
      date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
      return date.toISOString().slice(0, 10)
    }
    expect((await dst('Europe/London', 'DAY')).records).toEqual(counted((day) => day))
    expect((await dst('Europe/London', 'WEEK')).records).toEqual(counted(monday))
    expect((await dst('Europe/London', 'MONTH')).records).toEqual(counted((day) => `${day.slice(0, 8)}01`))
  })

  test('Q-NE (supabase/postgrest-js#473): a null fulfils no `ne`, as in SQL, and the schema says so', async () => {
    const { records } = await query({ from: { table: 'a/nulls/nulls' }, where: { column: 'status', ne: 'open' } })
    expect(records.map(({ status }) => status)).not.toContain(null)
    const all = await query({ from: { table: 'a/nulls/nulls' } })
    expect(records).toHaveLength(all.records.filter(({ status }) => status !== null && status !== 'open').length)
    const { data } = await hub.ask<{ __type: { description: string } }>('{ __type(name: "Filter") { description } }')
    expect(data?.__type.description).toMatch(/a null fulfils no comparison, `ne`/)
  })

  test.each([
    [{ contains: '%' }, ['100%']],
    [{ contains: 'a_b' }, ['a_b']],
    [{ contains: 'a\\' }, ['a\\b']],
    [{ startsWith: 'a_' }, ['a_b']],
  ])('Q-LIKE: %j is literal', async (operator, rows) => {
    const { records } = await query({ from: { table: 'a/signs/signs' }, where: { column: 'text', ...operator } })
    expect(records.map(({ text }) => text)).toEqual(rows)
  })

  test('Q-PAGE: pages of rows whose order leaves ties open repeat none and miss none', async () => {
    const page = (offset: number) => query({ from: { table: 'a/many/many' }, orderBy: [{ column: 'kind' }], limit: 5000, offset })
    const ids = (await Promise.all([0, 5000, 10_000].map(page))).flatMap(({ records }) => records.map(({ id }) => id))
    expect(new Set(ids).size).toBe(15_000)
  })

  test('Q-INT64 (pola-rs/polars#12473): the largest whole number is found as text and as a literal', async () => {
    const column = 'edge'
    expect((await query({ from: { table: 'a/int64/int64' }, where: { column, eq: '9223372036854775807' } })).rowCount).toBe(1)
    const { data } = await hub.ask<{ query: Result }>(
      '{ query(input: { from: { table: "a/int64/int64" }, where: { column: "edge", eq: 9223372036854775807 } }) { rowCount } }',
    )
    expect(data?.query.rowCount).toBe(1)
    expect((await query({ from: { table: 'a/int64/int64' }, where: { column, eq: '9223372036854775806' } })).rowCount).toBe(0)
  })

  test('Q-BOX: a box across the 180th meridian', async () => {
    const { records } = await query({
      from: { table: 'a/antimeridian/antimeridian' },
      where: { column: 'geometry', withinBox: [170, -20, -170, -10] },
    })
    expect(records.map(({ n }) => n).sort()).toEqual(['fiji', 'samoa'])
  })
})

describe('reported searches', () => {
  const found = async (text: string) => {
    const { data, errors } = await hub.ask<{ search: { nodes: { dataset: { id: string } }[] } }>(
      'query ($text: String!) { search(text: $text) { nodes { dataset { id } } } }',
      { text },
    )
    return errors?.[0]?.extensions.code ?? data?.search.nodes.map(({ dataset }) => dataset.id.slice(2)).sort()
  }
  test('the index has them', async () => {
    await expect.poll(() => found('mills')).toEqual(['mills'])
  })
  test.each([
    ['S-PHRASE (meilisearch/meilisearch#5298)', '"state of the borough"', ['sos']],
    ['S-PHRASE', '"of the"', ['sos']],
    ['S-JOIN (typesense/typesense#230)', 'SE17PB', ['depot']],
    ['S-JOIN', 'covid19', ['covid']],
    ['S-JOIN', 'gritbin', ['bins']],
    ['S-NUM (meilisearch/meilisearch#3999)', 'budget 2023', ['budget2023']],
    ['S-NUM', '2025', []],
    ['S-HYPHEN (typesense/typesense#303)', 'covid-19', ['covid']],
    ['S-HYPHEN', 'e-petitions', ['petitions']],
    ['S-HYPHEN', 'king’s cross', ['kings']],
    ['S-HYPHEN', 'pupil_referral', ['referral']],
  ])('%s: %s', async (_, text, ids) => {
    expect(await found(text)).toEqual(ids)
  })
  test.each(['"', '(((', '-', '\0', '🌳', '" "', '-"', "'; drop table datasets; --"])(
    'S-ODD (meilisearch/meilisearch#3521): %j is no error',
    async (text) => {
      expect(Array.isArray(await found(text))).toBe(true)
    },
  )
  test('S-ODD: 2,000 letters are refused, with what to do', async () => {
    const { errors } = await hub.ask('query ($text: String!) { search(text: $text) { totalCount } }', { text: 'a'.repeat(2000) })
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining('characters') as unknown, extensions: { code: 'BAD_USER_INPUT' } })
  })
})

describe('reported requests', () => {
  const body = JSON.stringify({ query: '{ viewer { scopes } }' })
  const post = (content: string | Buffer | undefined, headers: Record<string, string>) =>
    fetch(`${hub.url}/graphql`, { method: 'POST', headers, ...(content === undefined ? {} : { body: content as never }) })

  test.each(['application/json; charset=UTF-8', 'application/json; charset="utf-8"', 'application/json;charset=utf8;;'])(
    'H-CHARSET (apollo-server-integration-aws-lambda#58): %s',
    async (type) => {
      expect((await post(body, { 'content-type': type })).status).toBe(200)
    },
  )
  test.each([
    ['no body', undefined],
    ['null', 'null'],
    ['a batch', `[${body}]`],
    ['variables as text', JSON.stringify({ query: '{ viewer { scopes } }', variables: 'x' })],
  ])('H-TYPE (apollographql/apollo-server#1841): %s is 400, in JSON', async (_, content) => {
    const response = await post(content, { 'content-type': 'application/json' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.any(String) as unknown }] })
  })
  test('H-GZIP: a compressed body is read', async () => {
    expect((await post(gzipSync(body), { 'content-type': 'application/json', 'content-encoding': 'gzip' })).status).toBe(200)
  })
})

describe('reported harvests', () => {
  longTest('V27: of 5,001 files all within the limit are served, and the other is reported', async () => {
    const opened = await folderOf({})
    for (let at = 0; at <= filesMax; at++) await writeFile(join(opened.folder, `f${at}.csv`), at < 3 ? 'n\n1\n' : '')
    const events = await opened.harvest()
    expect(events.filter(({ kind }) => kind === 'dataset')).toHaveLength(3)
    expect(events.filter((event) => event.kind === 'problem' && event.message.includes('only 5000 are served'))).toHaveLength(1)
  })

  test('V28: a file that is replaced while it is harvested is read as it was or as it is, never mixed', async () => {
    const row = (value: string) => `${value},${'x'.repeat(40)}\n`
    const opened = await folderOf({ 'large.csv': `v,pad\n${row('old').repeat(200_000)}` })
    const ended = new AbortController()
    const replaced = (async () => {
      // The folder of what is under way appears when the conversion begins.
      for await (const { filename } of watch(opened.store, { recursive: true, signal: ended.signal })) {
        if (filename?.includes('unfinished-') !== true) continue
        await writeFile(join(opened.folder, 'large.new'), `v,pad\n${row('new').repeat(200_000)}`)
        return rename(join(opened.folder, 'large.new'), join(opened.folder, 'large.csv'))
      }
    })()
    const values = async () => {
      const { rows } = await opened.run({
        op: 'aggregate',
        groups: [{ kind: 'column', index: 0 }],
        measures: [],
        input: { op: 'scan', table: 'large/large', columns: [{ name: 'v', type: 'STRING' }] },
      })
      return rows.map(({ c0 }) => c0)
    }
    const events = await opened.harvest()
    await replaced
    const told = events.flatMap((event) => (event.kind === 'problem' ? [event.message] : []))
    if (told.length > 0) expect(told).toEqual([expect.stringContaining('it will be read again at the next harvest')])
    else expect([['old'], ['new']]).toContainEqual(await values())
    await opened.harvest()
    expect(await values()).toEqual(['new'])
    ended.abort()
  })
})
