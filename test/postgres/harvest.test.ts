import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureOf } from '../support/query.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, datasetsOf, harvestAll, limits, scanOfDataset } from './support/source.js'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

async function harvested(config: Record<string, unknown>) {
  const source = await postgres.open(config)
  const events = await harvestAll(source)
  return { source, events, datasets: datasetsOf(events), problems: events.flatMap((event) => (event.kind === 'problem' ? [event] : [])) }
}

describe('a harvest of PostgreSQL', () => {
  it('reports tables, views, materialised views, foreign tables and partitioned tables, and no partition', async () => {
    await postgres.run(`
      CREATE SCHEMA housing;
      CREATE TABLE housing.repairs (id int PRIMARY KEY, what text, at timestamptz NOT NULL);
      COMMENT ON TABLE housing.repairs IS 'Repairs of council homes.';
      COMMENT ON COLUMN housing.repairs.what IS 'What was broken.';
      INSERT INTO housing.repairs VALUES (1, 'tap', now()), (2, NULL, now());
      CREATE VIEW housing.broken_taps AS SELECT * FROM housing.repairs WHERE what = 'tap';
      CREATE MATERIALIZED VIEW housing.counts AS SELECT what, count(*) AS n FROM housing.repairs GROUP BY 1;
      CREATE TABLE housing.visits (id int, on_day date) PARTITION BY RANGE (on_day);
      CREATE TABLE housing.visits_2025 PARTITION OF housing.visits FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
      CREATE TABLE housing.visits_2026 PARTITION OF housing.visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      INSERT INTO housing.visits VALUES (1, '2025-06-01'), (2, '2026-06-01');
      CREATE TABLE housing.empty ();
      CREATE SEQUENCE housing.numbers`)
    const { source, datasets, problems, events } = await harvested({ schemas: ['hous*'], defaultAccess: 'CLOSED' })
    expect(problems).toEqual([])
    expect(events.at(-1)).toEqual({ kind: 'complete' })
    expect(datasets.map(({ id, tables: [table] }) => [id, table?.id, table?.name, table?.rowCount])).toEqual([
      ['housing-broken-taps', 'housing-broken-taps', 'housing.broken_taps', 1],
      ['housing-counts', 'housing-counts', 'housing.counts', 2],
      ['housing-empty', 'housing-empty', 'housing.empty', 0],
      ['housing-repairs', 'housing-repairs', 'housing.repairs', 2],
      ['housing-visits', 'housing-visits', 'housing.visits', 2],
    ])
    const repairs = datasets.find(({ id }) => id === 'housing-repairs')
    expect(repairs).toMatchObject({ title: 'Repairs', description: 'Repairs of council homes.', access: 'CLOSED', listing: 'PARTIES' })
    expect(repairs?.tables[0]?.columns.map(({ name, nullable, description }) => [name, nullable, description])).toEqual([
      ['id', false, undefined],
      ['what', true, 'What was broken.'],
      ['at', false, undefined],
    ])
    const visits = datasets.find(({ id }) => id === 'housing-visits')
    if (visits === undefined) throw new Error('not there')
    expect((await answer(postgres.bench, source, scanOfDataset(visits))).rows.sort()).toEqual([
      ['1', '2025-06-01'],
      ['2', '2026-06-01'],
    ])
  })

  it('reports keys whose columns are there to be read, on both sides', async () => {
    await postgres.run(`
      CREATE SCHEMA keyed; CREATE SCHEMA unlisted;
      CREATE TABLE unlisted.far (id int PRIMARY KEY);
      CREATE TABLE keyed.wards (year int, code text, PRIMARY KEY (code, year)) PARTITION BY LIST (year);
      CREATE TABLE keyed.wards_2025 PARTITION OF keyed.wards FOR VALUES IN (2025);
      CREATE TABLE keyed.places ("Ref" int PRIMARY KEY, ward_year int, ward text, far int REFERENCES unlisted.far, FOREIGN KEY (ward, ward_year) REFERENCES keyed.wards);
      CREATE TABLE keyed.none (n int UNIQUE)`)
    const { datasets } = await harvested({ schemas: ['keyed'], defaultAccess: 'OPEN' })
    expect(Object.fromEntries(datasets.map(({ id, tables: [table] }) => [id, [table?.primaryKey, table?.foreignKeys]]))).toEqual({
      'keyed-none': [undefined, undefined],
      'keyed-places': [['Ref'], [{ columns: ['ward', 'ward_year'], table: 'keyed-wards/keyed-wards', references: ['code', 'year'] }]],
      'keyed-wards': [['code', 'year'], undefined],
    })
    await postgres.run(`DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'half') THEN CREATE ROLE half LOGIN PASSWORD 'reads'; END IF; END $$;
      GRANT USAGE ON SCHEMA keyed TO half; GRANT SELECT ("Ref", ward) ON keyed.places TO half; GRANT SELECT ON keyed.wards TO half`)
    const url = new URL(postgres.database.url)
    Object.assign(url, { username: 'half', password: 'reads' })
    const half = await harvested({ url: url.href, schemas: ['keyed'], tables: ['places', 'wards'], defaultAccess: 'OPEN' })
    expect(half.datasets.map(({ tables: [table] }) => [table?.primaryKey, table?.foreignKeys])).toEqual([
      [['Ref'], undefined],
      [['code', 'year'], undefined],
    ])
  })

  it('lists nothing but what the configuration lists', async () => {
    await postgres.run(
      'CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.one (n int); CREATE TABLE a.two (n int); CREATE TABLE b.one (n int); CREATE TABLE a."x.y+z" (n int)',
    )
    const ids = async (config: Record<string, unknown>) => (await harvested(config)).datasets.map(({ id }) => id)
    expect(await ids({ schemas: ['a', 'b'] })).toEqual(['a-one', 'a-two', 'a-x-y-z', 'b-one'])
    expect(await ids({ schemas: ['a', 'b'], tables: ['one'] })).toEqual(['a-one', 'b-one'])
    expect(await ids({ schemas: ['a', 'b'], tables: ['a.t*', 'b.*'] })).toEqual(['a-two', 'b-one'])
    expect(await ids({ schemas: ['a'], tables: ['x.y+z'] })).toEqual(['a-x-y-z'])
    expect(await ids({ schemas: ['*'], tables: ['pg_class', 'tables'] })).toEqual([])
  })

  it('gives identifiers that outlive a harvest, and that never come to mean another table', async () => {
    await postgres.run('CREATE SCHEMA ids; CREATE SCHEMA ids_more; CREATE TABLE ids."Ward Names" (n int); CREATE TABLE ids_more.x (n int)')
    const config = { schemas: ['ids', 'ids_more', 'public'], tables: ['ids*.*'] }
    const first = (await harvested(config)).datasets.map(({ id }) => id)
    expect(first).toEqual(['ids-ward-names', 'ids-more-x'])
    expect((await harvested(config)).datasets.map(({ id }) => id)).toEqual(first)
    await postgres.run('CREATE TABLE ids.more_x (n int)')
    const later = (await harvested(config)).datasets.map(({ id, tables: [table] }) => [id.replace(/-[0-9a-f]{8}$/, '-#'), table?.name])
    expect(later).toEqual([
      ['ids-ward-names', 'ids.Ward Names'],
      ['ids-more-x-#', 'ids.more_x'],
      ['ids-more-x-#', 'ids_more.x'],
    ])
  })

  it('reports a table that its role may not read, and reads the others', async () => {
    await postgres.run(`
      CREATE SCHEMA secret; CREATE SCHEMA shut;
      CREATE TABLE secret.open (n int, hidden text); CREATE TABLE secret.closed (n int); CREATE TABLE shut.away (n int);
      CREATE VIEW secret.peeping AS SELECT * FROM secret.closed;
      DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN CREATE ROLE reader LOGIN PASSWORD 'reads'; END IF; END $$;
      GRANT USAGE ON SCHEMA secret TO reader; GRANT SELECT (n) ON secret.open TO reader`)
    const url = new URL(postgres.database.url)
    url.username = 'reader'
    url.password = 'reads'
    const { source, datasets, problems, events } = await harvested({ url: url.href, schemas: ['secret', 'shut'] })
    expect(datasets.map(({ id, tables: [table] }) => [id, table?.columns.map(({ name }) => name), table?.problems])).toEqual([
      ['secret-open', ['n'], ['The role of this source may not read 1 of its columns, which are left out.']],
    ])
    expect(problems.map(({ sourceId, message }) => [sourceId, message.split(':')[0]])).toEqual([
      ['secret-closed', 'secret.closed'],
      ['secret-peeping', 'secret.peeping'],
      ['shut-away', 'shut.away'],
    ])
    expect(events.at(-1)).toEqual({ kind: 'complete' })
    const closed = { op: 'scan' as const, table: 'secret-closed/secret-closed', columns: [{ name: 'n', type: 'INT64' as const }] }
    expect((await failureOf(() => answer(postgres.bench, source, closed))).code).toBe('SOURCE_UNAVAILABLE')
    await source.close()
    await postgres.run('DROP OWNED BY reader; DROP ROLE reader')
  })

  it('marks the columns that point to a person, by their values or, where none was seen, by their name', async () => {
    await postgres.run(`
      CREATE SCHEMA people;
      CREATE TABLE people.tenants AS SELECT 'Ann Other' AS tenant_name, date '1980-01-02' AS date_of_birth, 'ann.other@gmail.com' AS email, 'E05000001' AS ward, 100021039 + n AS uprn FROM generate_series(1, 20) AS n;
      CREATE TABLE people.applicants (surname text, "NINo" text, note text);
      CREATE TABLE people.libraries AS SELECT 'info@library.example' AS email, 100021039 + n AS uprn FROM generate_series(1, 20) AS n`)
    const { datasets } = await harvested({
      schemas: ['people'],
      datasets: { 'people.tenants': { columns: { ward: { unit: 'code', sensitivity: 'PERSONAL' } } } },
    })
    const columns = Object.fromEntries(
      datasets.map(({ id, tables: [table] }) => [
        id,
        table?.columns.map(({ name, sensitivity, semanticType = '' }) => `${name} ${semanticType} ${sensitivity}`),
      ]),
    )
    expect(columns).toEqual({
      'people-tenants': [
        'tenant_name PERSON_NAME PERSONAL',
        'date_of_birth DATE_OF_BIRTH PERSONAL',
        'email EMAIL PERSONAL',
        'ward WARD PERSONAL',
        'uprn UPRN PERSONAL',
      ],
      'people-applicants': ['surname  PERSONAL', 'NINo  PERSONAL', 'note  NONE'],
      'people-libraries': ['email EMAIL NONE', 'uprn UPRN NONE'],
    })
  })

  it('takes from the configuration what the database cannot say, and opens nothing by a mistyped name', async () => {
    await postgres.run('CREATE SCHEMA said; CREATE TABLE said.one (n int); CREATE TABLE said.two (n int)')
    const entry = {
      title: 'One',
      access: 'SHARED',
      sharedWith: ['borough-of-barnet'],
      licence: { title: 'OGL' },
      keywords: ['k'],
      columns: { n: { title: 'N' }, gone: { title: 'X' } },
    }
    const good = await harvested({ schemas: ['said'], datasets: { 'said.one': entry } })
    expect(good.datasets[0]).toMatchObject({
      title: 'One',
      access: 'SHARED',
      sharedWith: ['borough-of-barnet'],
      licence: { title: 'OGL' },
      listing: 'PARTIES',
    })
    expect(good.datasets[0]?.tables[0]?.columns[0]).toMatchObject({ title: 'N' })
    expect(good.datasets[0]?.tables[0]?.problems).toEqual(['The configuration describes a column "gone" that the table does not have.'])
    const protects = { columns: { name_of_tenant: { sensitivity: 'PERSONAL' } } }
    const astray = await harvested({ schemas: ['said'], datasets: { 'said.one': protects } })
    expect(astray.datasets[0]?.tables[0]).toMatchObject({
      columns: [{ name: 'n', sensitivity: 'PERSONAL' }],
      problems: [expect.stringContaining('"name_of_tenant"') as unknown, expect.stringContaining('counts as PERSONAL') as unknown],
    })
    expect(astray.datasets[1]?.tables[0]?.columns[0]?.sensitivity).toBe('NONE')
    const mistyped = await harvested({ schemas: ['said'], datasets: { 'said.oen': entry } })
    expect(mistyped.datasets.map(({ access }) => access)).toEqual(['CLOSED', 'CLOSED'])
    expect(mistyped.problems.map(({ sourceId }) => sourceId)).toEqual(['said.oen', 'datasets'])
  })

  it('samples a large table from all over it', async () => {
    await postgres.run(
      `CREATE SCHEMA large; CREATE TABLE large.contacts AS SELECT CASE WHEN n > 150000 THEN 'ann.other' || n || '@gmail.com' END AS email FROM generate_series(1, 200000) AS n; ANALYZE large.contacts`,
    )
    const { datasets } = await harvested({ schemas: ['large'] })
    expect(datasets[0]?.tables[0]).toMatchObject({ rowCount: 200_000, columns: [{ semanticType: 'EMAIL', sensitivity: 'PERSONAL' }] })
  })

  it('fails where it can read nothing, and ends when its signal does', async () => {
    const source = await postgres.open({ url: 'postgres://nobody@127.0.0.1:1/none' })
    expect((await failureOf(() => harvestAll(source))).code).toBe('SOURCE_UNAVAILABLE')
    expect((await source.health(limits().signal)).status).toBe('DOWN')
    const other = await postgres.open({ schemas: ['*'] })
    const abort = new AbortController()
    const events = other.harvest(undefined, abort.signal)[Symbol.asyncIterator]()
    await events.next()
    abort.abort()
    expect((await failureOf(() => events.next())).code).toBe('SOURCE_TIMEOUT')
  })
})
