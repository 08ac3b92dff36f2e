import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Relation } from '../../src/connector/relation.js'
import { answer, datasetsOf, harvestAll, limits, scanOfDataset } from '../postgres/support/source.js'
import { openDatabaseProxy } from '../support/database-proxy.js'
import { failureOf } from '../support/query.js'
import { missing, openMariaDb, type TestMariaDb } from './support/mariadb.js'
import { remainingOps } from '../support/planned.js'

if (missing !== undefined) console.warn(`The tests of the connector mysql are skipped: ${missing}`)

describe.skipIf(missing !== undefined)(`a MySQL server${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let town: TestMariaDb
  beforeAll(async () => {
    town = await openMariaDb()
    await town.run(`
      CREATE TABLE long_one (n int, text varchar(100));
      INSERT INTO long_one SELECT seq, concat('a text of some length ', seq) FROM seq_1_to_300000;
      CREATE VIEW slow AS SELECT CAST(1 AS SIGNED) AS n FROM (SELECT SLEEP(300)) AS s`)
  })
  afterAll(() => town.close())

  const landed = () => readdir(town.bench.folder)
  const running = async () =>
    (await town.rows(`SELECT id FROM information_schema.PROCESSLIST WHERE COMMAND = 'Query' AND INFO NOT LIKE '%PROCESSLIST%'`)).length

  it('reports keys', async () => {
    await town.run(`
      CREATE TABLE key_wards (code varchar(9), year int, PRIMARY KEY (code, year)) ENGINE InnoDB;
      CREATE TABLE key_places (id int PRIMARY KEY, ward_year int, ward varchar(9), FOREIGN KEY (ward, ward_year) REFERENCES key_wards (code, year)) ENGINE InnoDB`)
    const [places, wards] = datasetsOf(await harvestAll(await town.open({ tables: ['key_*'] })))
    expect(places?.tables[0]).toMatchObject({
      primaryKey: ['id'],
      foreignKeys: [{ columns: ['ward', 'ward_year'], table: 'key-wards/key-wards', references: ['code', 'year'] }],
    })
    expect(wards?.tables[0]?.primaryKey).toEqual(['code', 'year'])
    expect(wards?.tables[0]).not.toHaveProperty('foreignKeys')
  })

  it('gives every value of a type that is ours too, and the rest as text, told', async () => {
    await town.run(`
      CREATE TABLE kinds (i tinyint(1), b bigint, u bigint unsigned, d decimal(38,10), f float, x double, day date, at datetime(6), z timestamp NULL, c char(5), v varchar(20), e enum('a','b'), t time, bin varbinary(4), big decimal(50,2), \`we\`\`ird"'\` int) COMMENT 'Of all kinds.';
      SET time_zone = '+00:00';
      INSERT INTO kinds VALUES (1, -9223372036854775808, 18446744073709551615, -1234567890123456789012345678.0123456789, 0.5, 1e-300, '2026-02-28', '2026-01-02 03:04:05.600001', '2026-01-02 03:04:05', 'ab', 'é''"\\\\ 😀', 'b', '-12:00:00', X'00FF', 1.5, 7), (NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL), (0, 9223372036854775807, 0, 0.5, -0.25, -1.5, '0001-01-01', '1969-12-31 23:59:59.999999', '1970-01-01 00:00:01', '', 'a ', 'a', '00:00:00', '', -1.5, 8)`)
    const source = await town.open({ tables: ['kinds'] })
    const [dataset] = datasetsOf(await harvestAll(source))
    if (dataset === undefined) throw new Error('nothing was harvested')
    expect(dataset).toMatchObject({ id: 'kinds', description: 'Of all kinds.' })
    expect(dataset.tables[0]?.columns.map(({ type, scale }) => (scale === undefined ? type : `${type} ${scale}`))).toEqual([
      'INT64',
      'INT64',
      'DECIMAL 0',
      'DECIMAL 10',
      'DOUBLE',
      'DOUBLE',
      'DATE',
      'TIMESTAMP',
      'TIMESTAMPTZ',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
      'INT64',
    ])
    expect(dataset.tables[0]?.problems.map((problem) => problem.split(' has ')[0])).toEqual(['Column t', 'Column bin', 'Column big'])
    const { rows } = await answer(town.bench, source, scanOfDataset(dataset))
    expect(rows).toEqual([
      [
        '1',
        '-9223372036854775808',
        '18446744073709551615',
        '-1234567890123456789012345678.0123456789',
        '0.5',
        '1e-300',
        '2026-02-28',
        '2026-01-02 03:04:05.600001',
        '2026-01-02 03:04:05+00',
        'ab',
        'é\'"\\ 😀',
        'b',
        '-12:00:00',
        '00FF',
        '1.50',
        '7',
      ],
      Array.from({ length: 16 }, () => null),
      [
        '0',
        '9223372036854775807',
        '0',
        '0.5000000000',
        '-0.25',
        '-1.5',
        '0001-01-01',
        '1969-12-31 23:59:59.999999',
        '1970-01-01 00:00:01+00',
        '',
        'a ',
        'a',
        '00:00:00',
        '',
        '-1.50',
        '8',
      ],
    ])
  })

  it('gives places as well-known text, and bits and bytes in hexadecimal, told', async () => {
    await town.run(`
      CREATE TABLE places (id int, p point, g geometry, area polygon, many geometrycollection, flags bit(3), raw blob, s set('x','y'), y year, j json);
      INSERT INTO places VALUES (1, POINT(1, 2.5), ST_GeomFromText('LINESTRING(0 0,1 1)'), NULL, NULL, b'101', X'00ff', 'x,y', 2024, '{"a": 1}')`)
    const source = await town.open({ tables: ['places'] })
    const [dataset] = datasetsOf(await harvestAll(source))
    if (dataset === undefined) throw new Error('nothing was harvested')
    expect(dataset.tables[0]?.problems).toEqual([
      ...['p has the type point', 'g has the type geometry', 'area has the type polygon', 'many has the type geometrycollection'].map(
        (one) => `Column ${one}, which is given as well-known text.`,
      ),
      'Column flags has the type bit, which is given in hexadecimal.',
      'Column raw has the type blob, which is given in hexadecimal.',
    ])
    expect((await answer(town.bench, source, scanOfDataset(dataset))).rows).toEqual([
      ['1', 'POINT(1 2.5)', 'LINESTRING(0 0,1 1)', null, null, '5', '00FF', 'x,y', '2024', '{"a": 1}'],
    ])
  })

  it('compares texts by their bytes, whatever the collation, and leaves what it does otherwise', async () => {
    await town.run(
      `CREATE TABLE words (w varchar(20) COLLATE utf8mb4_general_ci, n int); INSERT INTO words VALUES ('a', 1), ('A', 2), ('a ', 3), ('é', 4), ('e', 5), (NULL, 6), ('O''Brien\\\\', 7)`,
    )
    const source = await town.open({ tables: ['words'] })
    const words: Relation = {
      op: 'scan',
      table: 'words/words',
      columns: [
        { name: 'w', type: 'STRING' },
        { name: 'n', type: 'INT64' },
      ],
    }
    const w = { kind: 'column' as const, index: 0 }
    for (const [text, ns] of [
      ['a', ['1']],
      ['A', ['2']],
      ['a ', ['3']],
      ['e', ['5']],
      ["O'Brien\\", ['7']],
    ] as const) {
      const { rows, planned } = await answer(town.bench, source, {
        op: 'filter',
        predicate: { kind: 'compare', comparison: 'eq', left: w, right: { kind: 'literal', shape: { type: 'STRING' }, value: text } },
        input: words,
      })
      expect(rows.map(([, n]) => n)).toEqual(ns)
      expect(remainingOps(planned)).toEqual([])
    }
    const grouped = await answer(town.bench, source, { op: 'aggregate', groups: [w], measures: [{ function: 'COUNT' }], input: words })
    expect(grouped.rows).toHaveLength(7)
    expect(remainingOps(grouped.planned)).toHaveLength(1)
    const sums = await answer(town.bench, source, {
      op: 'limit',
      count: 2,
      offset: 1,
      input: { op: 'sort', keys: [{ column: 1, descending: true, nullsFirst: false }], input: words },
    })
    expect(sums.rows.map(([, n]) => n)).toEqual(['6', '5'])
    expect(remainingOps(sums.planned)).toEqual([])
  })

  it('is killed at the server when its signal ends, its deadline comes, or its reader leaves', async () => {
    const source = await town.open({ tables: ['slow', 'long_one'] })
    const slow: Relation = { op: 'scan', table: 'slow/slow', columns: [{ name: 'n', type: 'INT64' }] }
    const long: Relation = {
      op: 'scan',
      table: 'long-one/long-one',
      columns: [
        { name: 'n', type: 'INT64' },
        { name: 'text', type: 'STRING' },
      ],
    }
    const abort = new AbortController()
    const scan = source.execute(source.plan({ relation: slow }, await source.capabilities([])), { ...limits(), signal: abort.signal })
    const failed = failureOf(async () => {
      for await (const part of scan.parts) await part.file.release()
    })
    await expect.poll(running).toBe(1)
    abort.abort()
    await expect.poll(running, { interval: 20 }).toBe(0)
    expect((await failed).code).toBe('SOURCE_TIMEOUT')
    expect((await failureOf(() => answer(town.bench, source, slow, { deadline: Date.now() + 300 }))).code).toBe('SOURCE_TIMEOUT')
    const left = source.execute(source.plan({ relation: long }, await source.capabilities([])), limits())
    for await (const part of left.parts) {
      await part.file.release()
      break
    }
    await expect.poll(running, { interval: 20 }).toBe(0)
    expect((await failureOf(() => answer(town.bench, source, long, { rowsMax: 10 }))).code).toBe('RESULT_TOO_LARGE')
    expect(
      (
        await answer(town.bench, source, {
          op: 'aggregate',
          groups: [],
          measures: [{ function: 'SUM', input: { kind: 'column', index: 0 } }],
          input: long,
        })
      ).rows,
    ).toEqual([['45000150000']])
    expect(await landed()).toEqual([])
  })

  it('reports a table that cannot be read, and reads the others; says so when there is no server', async () => {
    await town.run(`
      CREATE DATABASE other; CREATE TABLE other.fine (n int); CREATE TABLE other.zero (d date);
      CREATE VIEW other.several AS SELECT (SELECT seq FROM seq_1_to_2) AS n;
      CREATE VIEW other.broken AS SELECT * FROM other.fine; ALTER TABLE other.fine CHANGE n m int;
      CREATE USER reader IDENTIFIED BY 'reads'; GRANT SELECT ON other.* TO reader`)
    const url = town.url.replace('only_reads:', 'reader:').replace('/town', '/other')
    const source = await town.open({ url, schemas: ['other', 'mysql', 'town'] })
    const events = await harvestAll(source)
    expect(datasetsOf(events).map(({ id }) => id)).toEqual(['fine', 'zero'])
    expect(events.flatMap((event) => (event.kind === 'problem' ? [[event.sourceId, event.message.slice(0, 60)]] : []))).toEqual([
      ['broken', 'other.broken: it has no column that can be read: a view whos'],
      ['several', 'other.several: The database could not read what was asked fo'],
    ])
    expect(events.at(-1)).toEqual({ kind: 'complete' })
    const down = await town.open({ url: 'mysql://nobody:hunter2@127.0.0.1:1/none' })
    expect((await failureOf(() => harvestAll(down))).code).toBe('SOURCE_UNAVAILABLE')
    const health = await down.health(limits().signal)
    expect(health.status).toBe('DOWN')
    expect(JSON.stringify(health)).not.toContain('hunter2')
  })

  it('is given up when the server ends its connection, or has gone silent', async () => {
    const proxy = await openDatabaseProxy(town.url)
    const source = await town.open({ url: proxy.url, tables: ['slow', 'long_one'] })
    const long: Relation = {
      op: 'scan',
      table: 'long-one/long-one',
      columns: [
        { name: 'n', type: 'INT64' },
        { name: 'text', type: 'STRING' },
      ],
    }
    const begin = async (signal: AbortSignal) => {
      const parts = source
        .execute(source.plan({ relation: long }, await source.capabilities([])), { ...limits(), signal })
        .parts[Symbol.asyncIterator]()
      const first = await parts.next()
      if (first.done !== true) await first.value.file.release()
      return async () => {
        for (let next = await parts.next(); next.done !== true; next = await parts.next()) await next.value.file.release()
      }
    }
    const ended = await begin(limits().signal)
    await proxy.restore()
    expect((await failureOf(ended)).code).toBe('SOURCE_UNAVAILABLE')
    const abort = new AbortController()
    const silent = await begin(abort.signal)
    proxy.stall()
    const failed = failureOf(silent)
    abort.abort()
    expect((await failed).code).toBe('SOURCE_TIMEOUT')
    await source.close()
    await proxy.close()
    expect(await landed()).toEqual([])
  })

  it('is read where the whole server is read-only, as a replica is', async () => {
    await town.run(`
      CREATE TABLE copied (n int, word varchar(9)); INSERT INTO copied VALUES (1, 'a'), (2, 'b');
      CREATE USER visitor IDENTIFIED BY 'reads'; GRANT SELECT ON town.copied TO visitor`)
    await town.run('SET GLOBAL read_only = ON')
    try {
      const source = await town.open({ url: town.url.replace('only_reads:', 'visitor:') })
      expect(await source.health(limits().signal)).toEqual({ status: 'UP' })
      const [dataset, ...others] = datasetsOf(await harvestAll(source))
      if (dataset === undefined) throw new Error('nothing was harvested')
      expect(others).toEqual([])
      expect((await answer(town.bench, source, scanOfDataset(dataset))).rows).toEqual([
        ['1', 'a'],
        ['2', 'b'],
      ])
      expect(
        (
          await answer(town.bench, source, {
            op: 'aggregate',
            groups: [],
            measures: [{ function: 'SUM', input: { kind: 'column', index: 0 } }],
            input: scanOfDataset(dataset),
          })
        ).rows,
      ).toEqual([['3']])
    } finally {
      await town.run('SET GLOBAL read_only = OFF')
    }
  })

  it('writes nothing', async () => {
    await town.run(
      `CREATE TABLE written (n int); CREATE FUNCTION write_one() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO written VALUES (1); RETURN 1; END; CREATE VIEW writing AS SELECT write_one() AS n`,
    )
    const source = await town.open({ tables: ['writing'] })
    expect(
      (await failureOf(() => answer(town.bench, source, { op: 'scan', table: 'writing/writing', columns: [{ name: 'n', type: 'INT64' }] })))
        .code,
    ).toBe('SOURCE_UNAVAILABLE')
    expect(await town.rows('SELECT * FROM written')).toEqual([])
  })
})
