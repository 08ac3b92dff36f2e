import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetDescription } from '../../src/connector/catalogue.js'
import type { Relation } from '../../src/connector/relation.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { failureOf } from '../support/query.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, datasetsOf, harvestAll, limits, scanOfDataset } from './support/source.js'
import { remainingOps } from '../support/planned.js'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

async function harvested(config: Record<string, unknown>) {
  const source = await postgres.open(config)
  const events = await harvestAll(source)
  const named = new Map(datasetsOf(events).map((dataset) => [dataset.id, dataset]))
  return {
    source,
    ids: [...named.keys()],
    problems: events.flatMap((event) => (event.kind === 'problem' ? [event] : [])),
    dataset(id: string): DatasetDescription {
      const dataset = named.get(id)
      if (dataset === undefined) throw new Error(`${id} is not among ${[...named.keys()].join(', ')}`)
      return dataset
    },
    rows: async (id: string) => (await answer(postgres.bench, source, scanOfDataset(named.get(id) as DatasetDescription))).rows.sort(),
  }
}

const types = (dataset: DatasetDescription) =>
  dataset.tables[0]?.columns.map(({ name, type, scale }) => `${name} ${type}${scale === undefined ? '' : ` ${scale}`}`)

describe('a foreign table of PostgreSQL', () => {
  let far: FreshDatabase
  beforeAll(async () => {
    far = await freshDatabase({ migrated: false })
    await far.knex.raw(`
      CREATE TABLE libraries (name text, visits int, opened date);
      INSERT INTO libraries VALUES ('Kilburn', 100, '1894-01-30'), ('Holborn', 250, NULL);
      CREATE TABLE asleep (n int);
      CREATE FUNCTION sleep() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(300)';
      CREATE VIEW slow AS SELECT sleep() AS n`)
    const { hostname, port, pathname, username, password } = new URL(far.url)
    await postgres.run(`
      CREATE EXTENSION postgres_fdw;
      CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${hostname}', port '${port}', dbname '${pathname.slice(1)}');
      CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user '${username}', password '${password}');
      CREATE SERVER gone FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1', dbname 'gone');
      CREATE USER MAPPING FOR PUBLIC SERVER gone OPTIONS (user 'nobody', password 'hunter2');
      CREATE SCHEMA abroad;
      CREATE FOREIGN TABLE abroad.libraries (name text, visits int NOT NULL, opened date) SERVER far OPTIONS (schema_name 'public');
      CREATE FOREIGN TABLE abroad.slow (n int) SERVER far OPTIONS (schema_name 'public');
      CREATE FOREIGN TABLE abroad.lost (n int) SERVER gone;
      CREATE FOREIGN TABLE abroad.renamed (n int) SERVER far OPTIONS (schema_name 'public', table_name 'no_such');
      CREATE TABLE abroad.visits (n int, borough text) PARTITION BY LIST (borough);
      CREATE TABLE abroad.visits_camden PARTITION OF abroad.visits FOR VALUES IN ('camden');
      INSERT INTO abroad.visits VALUES (5, 'camden')`)
    await far.knex.raw(`CREATE TABLE visits_barnet (n int, borough text); INSERT INTO visits_barnet VALUES (7, 'barnet')`)
    await postgres.run(
      `CREATE FOREIGN TABLE abroad.visits_barnet PARTITION OF abroad.visits FOR VALUES IN ('barnet') SERVER far OPTIONS (schema_name 'public')`,
    )
  })
  afterAll(() => far.drop())

  it('is harvested and read, and aggregated, as its rows lie elsewhere', async () => {
    const { source, ids, problems, dataset, rows } = await harvested({ schemas: ['abroad'], tables: ['libraries', 'visits*'] })
    expect(problems).toEqual([])
    expect(ids).toEqual(['abroad-libraries', 'abroad-visits'])
    expect(dataset('abroad-libraries').tables[0]).toMatchObject({
      rowCount: 2,
      problems: ['This is a foreign table: its rows lie in another database, whose answers this one passes on.'],
    })
    expect(types(dataset('abroad-libraries'))).toEqual(['name STRING', 'visits INT64', 'opened DATE'])
    expect(await rows('abroad-libraries')).toEqual([
      ['Holborn', '250', null],
      ['Kilburn', '100', '1894-01-30'],
    ])
    expect(await rows('abroad-visits')).toEqual([
      ['5', 'camden'],
      ['7', 'barnet'],
    ])
    const sums = await answer(postgres.bench, source, {
      op: 'aggregate',
      groups: [],
      measures: [{ function: 'SUM', input: { kind: 'column', index: 1 } }, { function: 'COUNT' }],
      input: scanOfDataset(dataset('abroad-libraries')),
    })
    expect(remainingOps(sums.planned)).toEqual([])
    expect(sums.rows).toEqual([['350', '2']])
  })

  it('is reported as a problem where its own database is out of reach or has no such table, and the others are read', async () => {
    const { source, ids, problems } = await harvested({ schemas: ['abroad'], tables: ['libraries', 'lost', 'renamed'] })
    expect(ids).toEqual(['abroad-libraries'])
    expect(problems.map(({ sourceId, message }) => [sourceId, message])).toEqual([
      [
        'abroad-lost',
        'abroad.lost: The database that holds the rows of a foreign table cannot be reached, or refuses this one. Its operator must see to its server and user mapping.',
      ],
      [
        'abroad-renamed',
        'abroad.renamed: The catalogue of this source is out of date: a table or a column has changed. It is right again after the next harvest.',
      ],
    ])
    const lost: Relation = { op: 'scan', table: 'abroad-lost/abroad-lost', columns: [{ name: 'n', type: 'INT64' }] }
    const error = await failureOf(() => answer(postgres.bench, source, lost))
    expect(error.code).toBe('SOURCE_UNAVAILABLE')
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(problems)}`).not.toContain('hunter2')
  })

  it('is cancelled in its own database too', async () => {
    const source = await postgres.open({ schemas: ['abroad'] })
    const slow: Relation = { op: 'scan', table: 'abroad-slow/abroad-slow', columns: [{ name: 'n', type: 'INT64' }] }
    const running = async () =>
      (
        (await far.knex.raw(
          `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()`,
        )) as { rows: unknown[] }
      ).rows.length
    const abort = new AbortController()
    const scan = source.execute(source.plan({ relation: slow }, await source.capabilities([])), { ...limits(), signal: abort.signal })
    const failed = failureOf(async () => {
      for await (const part of scan.parts) await part.file.release()
    })
    await expect.poll(running).toBe(1)
    abort.abort()
    expect((await failed).code).toBe('SOURCE_TIMEOUT')
    await expect.poll(running).toBe(0)
  })
})

describe('relations of every kind', () => {
  it('are read with what lies below them: children of a table, and partitions of partitions', async () => {
    await postgres.run(`
      CREATE SCHEMA below;
      CREATE TABLE below.places (name text); CREATE TABLE below.libraries (visits int) INHERITS (below.places);
      INSERT INTO below.places VALUES ('Town hall'); INSERT INTO below.libraries VALUES ('Kilburn', 100);
      CREATE TABLE below.visits (year int, borough text) PARTITION BY LIST (year);
      CREATE TABLE below.visits_2025 PARTITION OF below.visits FOR VALUES IN (2025) PARTITION BY LIST (borough);
      CREATE TABLE below.visits_2025_camden PARTITION OF below.visits_2025 FOR VALUES IN ('camden');
      CREATE TABLE below.visits_rest PARTITION OF below.visits DEFAULT;
      INSERT INTO below.visits VALUES (2025, 'camden'), (2030, 'barnet')`)
    const { ids, dataset, rows, problems } = await harvested({ schemas: ['below'] })
    expect(problems).toEqual([])
    expect(ids).toEqual(['below-libraries', 'below-places', 'below-visits'])
    expect(dataset('below-places').tables[0]?.rowCount).toBe(2)
    expect(await rows('below-places')).toEqual([['Kilburn'], ['Town hall']])
    expect(await rows('below-libraries')).toEqual([['Kilburn', '100']])
    expect(await rows('below-visits')).toEqual([
      ['2025', 'camden'],
      ['2030', 'barnet'],
    ])
  })

  it('are told where they cannot be read: a materialised view that was never filled, a view that fails', async () => {
    await postgres.run(`
      CREATE SCHEMA views;
      CREATE TABLE views.base (n int, word text); INSERT INTO views.base VALUES (1, 'one'), (0, 'nought');
      CREATE MATERIALIZED VIEW views.filled AS SELECT * FROM views.base; INSERT INTO views.base VALUES (2, 'two');
      CREATE MATERIALIZED VIEW views.unfilled AS SELECT * FROM views.base WITH NO DATA;
      CREATE VIEW views.fails AS SELECT 1 / n AS inverse FROM views.base;
      CREATE RECURSIVE VIEW views.counted (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 3`)
    const { ids, dataset, rows, problems } = await harvested({ schemas: ['views'] })
    expect(ids).toEqual(['views-base', 'views-counted', 'views-filled'])
    expect(dataset('views-filled').tables[0]?.problems).toEqual(['This is a materialised view: its rows are those of its last refresh.'])
    expect(await rows('views-filled')).toEqual([
      ['0', 'nought'],
      ['1', 'one'],
    ])
    expect(await rows('views-counted')).toEqual([['1'], ['2'], ['3']])
    expect(problems.map(({ sourceId, message }) => [sourceId, message])).toEqual([
      ['views-fails', 'views.fails: A value does not convert to the type that was asked for, or a sum is too large to be exact.'],
      ['views-unfilled', 'views.unfilled: A materialised view of this source has never been filled. Its operator must refresh it.'],
    ])
  })

  it('have columns of every kind: generated ones, domains of anything, arrays of anything, and types that are not ours as their text', async () => {
    await postgres.run(`
      CREATE SCHEMA columns;
      CREATE TYPE columns.mood AS ENUM ('sad', 'ok');
      CREATE TYPE columns.place AS (name text, at timestamptz, mood columns.mood);
      CREATE DOMAIN columns.moods AS columns.mood[];
      CREATE DOMAIN columns.spot AS columns.place CHECK ((VALUE).name <> '');
      CREATE DOMAIN columns.amount AS numeric(10,2) NOT NULL;
      CREATE DOMAIN columns.fee AS columns.amount CHECK (VALUE >= 0);
      CREATE TYPE columns.hours AS RANGE (subtype = time);
      CREATE TABLE columns.other (n int);
      CREATE TABLE columns.kinds (
        n int, doubled bigint GENERATED ALWAYS AS (n * 2) STORED, halved numeric(10,1) GENERATED ALWAYS AS (n / 2.0) VIRTUAL, id int GENERATED ALWAYS AS IDENTITY,
        m columns.mood, ms columns.mood[], dms columns.moods, p columns.place, ps columns.place[], s columns.spot, fee columns.fee, fees columns.fee[],
        h columns.hours, dr daterange, mr int4multirange, row columns.other, dates date[], js jsonb[], nan float8[], by bytea[],
        v int2vector, "char" "char", tz timetz, mon money, bits bit(3), pt point, ts tsvector, mac macaddr, lsn pg_lsn);
      INSERT INTO columns.kinds (n, m, ms, dms, p, ps, s, fee, fees, h, dr, mr, row, dates, js, nan, by, v, "char", tz, mon, bits, pt, ts, mac, lsn) VALUES
        (3, 'ok', '{sad,NULL}', '{ok}', ROW('a "b", c', '2026-01-02 03:04:05+02', 'sad'), ARRAY[ROW('x', NULL, 'ok')::columns.place], ROW('y', NULL, NULL), 1.5, '{2.25}',
         '[08:00,17:30)', '[2026-01-01,2026-02-01)', '{[1,3),[5,6)}', ROW(7), '{2026-01-02,infinity}', ARRAY['{"a": 1.0}'::jsonb], '{NaN,1.5,-Infinity}', ARRAY['\\x00ff'::bytea],
         '1 2', 'c', '12:00+02', 12.5, B'101', '(1,2)', 'a:1 b:2', '08:00:2b:01:02:03', '16/B374D848')`)
    const { dataset, rows, problems } = await harvested({ schemas: ['columns'], tables: ['kinds'] })
    expect(problems).toEqual([])
    expect(types(dataset('columns-kinds'))).toEqual([
      'n INT64',
      'doubled INT64',
      'halved DECIMAL 1',
      'id INT64',
      'm STRING',
      'ms LIST',
      'dms LIST',
      'p STRING',
      'ps LIST',
      's STRING',
      'fee DECIMAL 2',
      'fees LIST',
      'h STRING',
      'dr STRING',
      'mr STRING',
      'row STRING',
      'dates LIST',
      'js LIST',
      'nan LIST',
      'by LIST',
      'v LIST',
      'char STRING',
      'tz STRING',
      'mon STRING',
      'bits STRING',
      'pt STRING',
      'ts STRING',
      'mac STRING',
      'lsn STRING',
    ])
    expect(await rows('columns-kinds')).toEqual([
      [
        '3',
        '6',
        '1.5',
        '1',
        'ok',
        '["sad",null]',
        '["ok"]',
        '("a ""b"", c","2026-01-02 01:04:05+00",sad)',
        '[{"name":"x","at":null,"mood":"ok"}]',
        '(y,,)',
        '1.50',
        '[2.25]',
        '[08:00:00,17:30:00)',
        '[2026-01-01,2026-02-01)',
        '{[1,3),[5,6)}',
        '(7)',
        '["2026-01-02","infinity"]',
        '[{"a": 1.0}]',
        '["NaN",1.5,"-Infinity"]',
        '["\\\\x00ff"]',
        '[1,2]',
        'c',
        '12:00:00+02',
        '$12.50',
        '101',
        '(1,2)',
        "'a':1 'b':2",
        '08:00:2b:01:02:03',
        '16/B374D848',
      ],
    ])
    expect(dataset('columns-kinds').tables[0]?.problems.map((problem) => problem.split(',')[0])).toEqual(
      [
        ...[
          'p has the type columns.place',
          's has the type columns.place',
          'h has the type columns.hours',
          'dr has the type daterange',
          'mr has the type int4multirange',
          'row has the type columns.other',
        ],
        ...[
          'tz has the type timetz',
          'mon has the type money',
          'bits has the type bit',
          'pt has the type point',
          'ts has the type tsvector',
          'mac has the type macaddr',
          'lsn has the type pg_lsn',
        ],
      ].map((told) => `Column ${told}`),
    )
  })
})
