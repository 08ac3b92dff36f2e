import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

/** Around both changes of the clocks in London, New York and Auckland, and one before time zones. */
const moments = [
  '1890-01-01T00:00:01',
  '2026-03-08T07:30:00',
  '2026-03-29T00:30:00',
  '2026-03-29T01:30:00',
  '2026-04-04T14:30:00',
  '2026-10-25T00:30:00',
  '2026-10-25T01:30:00',
]

let database: FreshDatabase
let own: FreshDatabase
let workspace: Workspace
beforeAll(async () => {
  database = await freshDatabase()
  own = await freshDatabase({ migrated: false })
  await own.knex.raw(`CREATE TABLE visits (at timestamptz, local timestamp, day date, m int)`)
  const values = moments.map((moment, at) => `('${moment}Z', '${moment}', '${moment.slice(0, 10)}', ${at})`)
  await own.knex.raw(`INSERT INTO visits VALUES ${values.join(', ')}`)
  workspace = await openWorkspace({
    'hub.yaml': hubYaml({
      camden: childSpoke('camden'),
      barnet: ['postgres', `{ url: '${await own.reader()}', schemas: [public], defaultAccess: OPEN }`],
    }),
    'camden/spoke.yaml': spokeYaml('camden'),
    'camden/data/events.csv': `At,Local,Day,N\n${moments.map((moment, at) => `${moment}Z,${moment},${moment.slice(0, 10)},${at}\n`).join('')}`,
  })
})
afterAll(async () => {
  await database.drop()
  await own.drop()
  await workspace.remove()
})

const ask =
  'query ($input: QueryInput!) { query(input: $input) { columns { type } rows matches { leftMatched rightMatched matchedKeys } } }'

describe('times as keys of a file and a database', () => {
  const seen: unknown[] = []
  test.each(['UTC', 'Pacific/Auckland', 'America/New_York'])('join in processes whose time zone is %s', async (TZ) => {
    const hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('hub'), env: { DATABASE_URL: database.url, TZ } })
    try {
      await hub.harvested('camden', 'barnet')
      const answers = []
      for (const [left, right] of [
        ['At', 'at'],
        ['Local', 'local'],
        ['Day', 'day'],
      ]) {
        const input = {
          from: { table: 'camden/events/events' },
          joins: [
            {
              table: { table: 'barnet/visits/visits' },
              on: [
                { left, right },
                { left: 'N', right: 'm' },
              ],
            },
          ],
          select: [{ column: left }, { column: right }, { column: 'N' }],
          orderBy: [{ column: 'N' }],
        }
        const { data, errors } = await hub.ask<{ query: { columns: { type: string }[]; rows: unknown[][] } }>(ask, { input })
        expect(errors).toBeUndefined()
        expect(
          data?.query.rows.map(([, , n]) => n),
          left,
        ).toEqual(moments.map((_, at) => at))
        answers.push(data?.query)
      }
      expect(answers.map((answer) => answer?.columns.map(({ type }) => type))).toEqual([
        ['TIMESTAMPTZ', 'TIMESTAMPTZ', 'INT64'],
        ['TIMESTAMP', 'TIMESTAMP', 'INT64'],
        ['DATE', 'DATE', 'INT64'],
      ])
      seen.push(answers)
      expect(answers).toEqual(seen[0])
    } finally {
      expect(await hub.stop()).toBe(0)
    }
  })
})
