import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresConfigSchema } from '../../connectors/postgres/config.js'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import type { Relation } from '../../src/connector/relation.js'
import type { Source } from '../../src/connector/source.js'
import { failureOf } from '../support/query.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, datasetsOf, harvestAll } from './support/source.js'

let postgres: TestPostgres
const suffix = () => new URL(postgres.database.url).pathname.slice(6, 26)
beforeAll(async () => {
  postgres = await openTestPostgres()
  await postgres.run(`
    CREATE TABLE jobs AS SELECT 1 AS n; CREATE SCHEMA away; CREATE TABLE away.other (n int);
    CREATE VIEW seen AS SELECT n FROM jobs`)
})
afterAll(() => postgres.close())

/** A role that may read, and what these statements give it; `{role}` is its name. */
async function roleWith(name: string, ...statements: string[]): Promise<{ url: string; run: (sql: string) => Promise<void> }> {
  const role = `${name}_${suffix()}`
  const run = (sql: string) => postgres.run(sql.replaceAll('{role}', role))
  await run(`CREATE ROLE {role} LOGIN PASSWORD 'reads'; GRANT SELECT ON jobs, seen TO {role}; GRANT USAGE ON SCHEMA away TO {role}`)
  for (const sql of statements) await run(sql)
  return { url: Object.assign(new URL(postgres.database.url), { username: role, password: 'reads' }).href, run }
}

async function problemsOf(source: Source): Promise<{ problems: string[]; code: string }> {
  const events: CatalogueEvent[] = []
  const error = await failureOf(async () => {
    for await (const event of source.harvest(undefined, new AbortController().signal)) events.push(event)
  })
  return { problems: events.map((event) => (event.kind === 'problem' ? event.message : event.kind)), code: error.code }
}

const scan: Relation = { op: 'scan', table: 'jobs/jobs', columns: [{ name: 'n', type: 'INT64' }] }

describe('a source whose role may do more than read serves nothing, and says how to mend it', () => {
  it.each<[what: string, statements: string[], power: string]>([
    ['is a superuser', ['ALTER ROLE {role} SUPERUSER'], 'is a superuser'],
    ['may make roles', ['ALTER ROLE {role} CREATEROLE'], 'may make roles (CREATEROLE)'],
    ['may replicate', ['ALTER ROLE {role} REPLICATION'], 'may replicate the whole server (REPLICATION)'],
    ['may read files of the server', ['GRANT pg_read_server_files TO {role}'], 'is a member of pg_read_server_files'],
    ['may write files of the server', ['GRANT pg_write_server_files TO {role}'], 'is a member of pg_write_server_files'],
    ['may run programs', ['GRANT pg_execute_server_program TO {role}'], 'is a member of pg_execute_server_program'],
    ['may write everywhere', ['GRANT pg_write_all_data TO {role}'], 'is a member of pg_write_all_data'],
    [
      'belongs to a role that may run programs, without inheriting from it',
      [
        'CREATE ROLE {role}_group NOLOGIN',
        'GRANT pg_execute_server_program TO {role}_group',
        'ALTER ROLE {role} NOINHERIT',
        'GRANT {role}_group TO {role}',
      ],
      'is a member of pg_execute_server_program',
    ],
    ['may insert', ['GRANT INSERT ON jobs TO {role}'], 'may change public.jobs'],
    ['may update one column', ['GRANT UPDATE (n) ON jobs TO {role}'], 'may change public.jobs'],
    ['may delete', ['GRANT DELETE ON jobs TO {role}'], 'may change public.jobs'],
    ['may truncate', ['GRANT TRUNCATE ON jobs TO {role}'], 'may change public.jobs'],
    ['may add triggers', ['GRANT TRIGGER ON jobs TO {role}'], 'may change public.jobs'],
    ['may insert through a view', ['GRANT INSERT ON seen TO {role}'], 'may change public.seen'],
    ['may insert as everybody may', ['GRANT INSERT ON jobs TO PUBLIC'], 'may change public.jobs by a grant to PUBLIC'],
  ])('%s', async (what, statements, power) => {
    const { url, run } = await roleWith(`role_${what.replace(/\W+/g, '_').slice(0, 20)}`, ...statements)
    try {
      const source = await postgres.open({ url })
      const { problems, code } = await problemsOf(source)
      expect(code).toBe('SOURCE_UNAVAILABLE')
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain(`may do more than read: ${power}. Give it an account that may only read: CREATE ROLE seven_dials LOGIN`)
      expect(problems[0]).toContain('allowPowerfulRole: true')
      const error = await failureOf(() => answer(postgres.bench, source, scan))
      expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: expect.stringMatching(/nothing of it is served/) as unknown })
      expect(error.message).not.toMatch(/jobs|member|superuser/)
      const allowed = await postgres.open({ url, allowPowerfulRole: true })
      expect(datasetsOf(await harvestAll(allowed)).map(({ id }) => id)).toEqual(['jobs', 'seen'])
      expect((await answer(postgres.bench, allowed, scan)).rows).toEqual([['1']])
    } finally {
      await run('REVOKE INSERT ON jobs FROM PUBLIC; DROP OWNED BY {role}; DROP ROLE {role}; DROP ROLE IF EXISTS {role}_group')
    }
  })

  it('owns a table that is served', async () => {
    const { url, run } = await roleWith(
      'owner',
      'CREATE TABLE owned (n int)',
      'ALTER TABLE owned OWNER TO {role}',
      'REVOKE ALL ON owned FROM {role}',
    )
    try {
      expect((await problemsOf(await postgres.open({ url }))).problems[0]).toContain('more than read: owns public.owned. Give')
      expect((await harvestAll(await postgres.open({ url, tables: ['jobs'] }))).at(-1)).toEqual({ kind: 'complete' })
    } finally {
      await run('DROP OWNED BY {role}; DROP ROLE {role}')
    }
  })

  it('gets a power after its harvest: the next harvest and the scans after it find out', async () => {
    const { url, run } = await roleWith('later')
    try {
      const source = await postgres.open({ url })
      expect(datasetsOf(await harvestAll(source))).toHaveLength(2)
      await run('GRANT DELETE ON jobs TO {role}')
      expect((await problemsOf(source)).code).toBe('SOURCE_UNAVAILABLE')
      expect((await failureOf(() => answer(postgres.bench, source, scan))).code).toBe('SOURCE_UNAVAILABLE')
      await run('REVOKE DELETE ON jobs FROM {role}')
      expect(datasetsOf(await harvestAll(source))).toHaveLength(2)
    } finally {
      await run('DROP OWNED BY {role}; DROP ROLE {role}')
    }
  })
})

/** A town of its own schema for each attack: what is served is `town.jobs`, `town.seen` and `town.tracts`; the rest is not. */
describe('a role that can change what is served in a roundabout way serves nothing', () => {
  const schema = `
    CREATE SCHEMA town; CREATE SCHEMA store; GRANT USAGE ON SCHEMA town, store TO {role};
    CREATE TYPE store.mood AS ENUM ('good');
    CREATE FUNCTION store.doubled(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
    CREATE SEQUENCE store.numbers;
    CREATE TABLE store.parent (n int); CREATE TABLE store.sibling () INHERITS (store.parent);
    CREATE TABLE store.key (n int PRIMARY KEY);
    CREATE TABLE town.jobs (n int REFERENCES store.key ON DELETE CASCADE, mood store.mood, PRIMARY KEY (n)) PARTITION BY RANGE (n);
    CREATE TABLE store.jobs_low PARTITION OF town.jobs FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (n);
    CREATE TABLE store.jobs_lowest PARTITION OF store.jobs_low FOR VALUES FROM (0) TO (5);
    CREATE TABLE town.tracts () INHERITS (store.parent); CREATE TABLE store.tract_one () INHERITS (town.tracts);
    CREATE TABLE store.base (n int, m int); CREATE VIEW store.inner_view AS SELECT n, m FROM store.base;
    CREATE MATERIALIZED VIEW store.kept AS SELECT n FROM store.inner_view;
    CREATE VIEW town.seen AS SELECT store.doubled(n) AS n, (SELECT last_value FROM store.numbers) AS last FROM store.kept;
    CREATE VIEW store.window AS SELECT n, mood FROM town.jobs;
    CREATE TABLE store.box (n int); CREATE RULE through AS ON INSERT TO store.box DO ALSO DELETE FROM town.tracts;
    CREATE TABLE store.other (n int);
    GRANT SELECT ON ALL TABLES IN SCHEMA town, store TO {role}`
  const withTown = async (statements: readonly string[], check: (url: string) => Promise<void>) => {
    const { url, run } = await roleWith('about', schema, ...statements)
    try {
      await check(url)
    } finally {
      await run('CREATE ROLE {role}_group').catch(() => undefined)
      await run('DROP SCHEMA town, store CASCADE; DROP OWNED BY {role}, {role}_group CASCADE; DROP ROLE {role}, {role}_group')
    }
  }
  const group = (power: string) => ['CREATE ROLE {role}_group NOLOGIN', 'GRANT {role}_group TO {role}', power]

  it.each<[attack: string, statements: string[], power: string]>([
    ['inserts into a partition', ['GRANT INSERT ON store.jobs_low TO {role}'], 'may change store.jobs_low, and so town.jobs'],
    [
      'truncates a partition of a partition',
      ['GRANT TRUNCATE ON store.jobs_lowest TO {role}'],
      'may change store.jobs_lowest, and so town.jobs',
    ],
    ['updates a column of a partition', ['GRANT UPDATE (n) ON store.jobs_low TO {role}'], 'may change store.jobs_low, and so town.jobs'],
    ['deletes from an inheritance child', ['GRANT DELETE ON store.tract_one TO {role}'], 'may change store.tract_one, and so town.tracts'],
    ['updates its inheritance parent', ['GRANT UPDATE ON store.parent TO {role}'], 'may change store.parent, and so town.tracts'],
    ['deletes what it refers to, ON DELETE CASCADE', ['GRANT DELETE ON store.key TO {role}'], 'may change store.key, and so town.jobs'],
    ['inserts below a view on a view', ['GRANT INSERT ON store.base TO {role}'], 'may change store.base, and so town.seen'],
    ['updates one column below a view', ['GRANT UPDATE (m) ON store.base TO {role}'], 'may change store.base, and so town.seen'],
    ['inserts through a view that is not served', ['GRANT INSERT ON store.window TO {role}'], 'may change store.window, and so town.jobs'],
    ['inserts into a table whose rule changes it', ['GRANT INSERT ON store.box TO {role}'], 'may change store.box, and so town.tracts'],
    [
      'counts up a sequence that a view reads',
      ['GRANT USAGE ON SEQUENCE store.numbers TO {role}'],
      'may change store.numbers, and so town.seen',
    ],
    [
      'refreshes a materialised view, which its owner may',
      ['ALTER MATERIALIZED VIEW store.kept OWNER TO {role}'],
      'owns store.kept, and so town.seen',
    ],
    ['refreshes a materialised view by MAINTAIN', ['GRANT MAINTAIN ON store.kept TO {role}'], 'may maintain store.kept, and so town.seen'],
    ['has MAINTAIN on a served table', ['GRANT MAINTAIN ON town.jobs TO {role}'], 'may maintain town.jobs'],
    ['may pass its right to read to others', ['GRANT SELECT ON town.jobs TO {role} WITH GRANT OPTION'], 'may grant rights on town.jobs'],
    ['owns the schema', ['ALTER SCHEMA town OWNER TO {role}'], 'owns schema town, and so town.'],
    ['owns the schema of a base table', ['ALTER SCHEMA store OWNER TO {role}'], 'owns schema store, and so town.'],
    ['owns a base table', ['ALTER TABLE store.base OWNER TO {role}'], 'owns store.base, and so town.seen'],
    [
      'owns a function that a view calls',
      ['ALTER FUNCTION store.doubled OWNER TO {role}'],
      'owns function store.doubled(integer), and so town.seen',
    ],
    [
      'owns the type of a column, and can rename its values',
      ['ALTER TYPE store.mood OWNER TO {role}'],
      'owns type store.mood, and so town.jobs',
    ],
    [
      'may SET ROLE to one that changes a partition, though it is NOINHERIT',
      ['ALTER ROLE {role} NOINHERIT', ...group('GRANT DELETE ON store.jobs_lowest TO {role}_group')],
      'may change store.jobs_lowest by its role {role}_group, and so town.jobs',
    ],
    ['may stop the queries of others', ['GRANT pg_signal_backend TO {role}'], 'is a member of pg_signal_backend'],
    ['may maintain everything', ['GRANT pg_maintain TO {role}'], 'is a member of pg_maintain'],
    ['may subscribe to other servers', ['GRANT pg_create_subscription TO {role}'], 'is a member of pg_create_subscription'],
    ['may read files by a function', ['GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {role}'], 'may execute pg_read_file'],
    [
      'may list files by a function, as everybody',
      ['GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO PUBLIC'],
      'may execute pg_ls_dir by a grant to PUBLIC',
    ],
    [
      'may write files by a function',
      group('GRANT EXECUTE ON FUNCTION lo_export(oid, text) TO {role}_group'),
      'may execute lo_export by its role {role}_group',
    ],
    [
      'may set what only a superuser sets',
      ['GRANT ALTER SYSTEM ON PARAMETER archive_command TO {role}'],
      'may set the parameter archive_command',
    ],
  ])('%s', (_attack, statements, power) =>
    withTown(statements, async (url) => {
      try {
        const { problems, code } = await problemsOf(await postgres.open({ url, schemas: ['town'] }))
        expect(code).toBe('SOURCE_UNAVAILABLE')
        expect(problems).toHaveLength(1)
        expect(problems[0]).toContain(`may do more than read: ${power.replaceAll('{role}', new URL(url).username)}`)
        const allowed = await postgres.open({ url, schemas: ['town'], allowPowerfulRole: true })
        expect(datasetsOf(await harvestAll(allowed))).toHaveLength(3)
      } finally {
        await postgres.run('REVOKE EXECUTE ON FUNCTION pg_ls_dir(text) FROM PUBLIC')
      }
    }),
  )

  it('owns the database', () =>
    withTown([], async (url) => {
      const database = new URL(url).pathname.slice(1)
      await postgres.run(`ALTER DATABASE ${database} OWNER TO ${new URL(url).username}`)
      try {
        const { problems } = await problemsOf(await postgres.open({ url, schemas: ['town'] }))
        expect(problems[0]).toContain('may do more than read: owns the database. Give')
      } finally {
        await postgres.run(`ALTER DATABASE ${database} OWNER TO CURRENT_USER`)
      }
    }))

  it('is another role at login, by a setting, and can go back to its own', () =>
    withTown(
      [
        'CREATE ROLE {role}_group',
        'GRANT SELECT ON ALL TABLES IN SCHEMA town TO {role}_group',
        'GRANT USAGE ON SCHEMA town TO {role}_group',
        'GRANT {role}_group TO {role}',
        'ALTER ROLE {role} SET role = {role}_group',
        'GRANT DELETE ON town.jobs TO {role}',
      ],
      async (url) => {
        expect((await problemsOf(await postgres.open({ url, schemas: ['town'] }))).problems[0]).toContain('may change town.jobs. Give')
      },
    ))

  it('made functions that hide what it may do', () =>
    withTown(
      [
        'GRANT CREATE ON SCHEMA town TO {role}; GRANT DELETE ON town.jobs TO {role}; ALTER ROLE {role} SET search_path = town',
        "SET ROLE {role}; CREATE FUNCTION town.starts_with(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; RESET ROLE",
      ],
      async (url) => {
        expect((await problemsOf(await postgres.open({ url, schemas: ['town'] }))).problems[0]).toContain('may change town.jobs. Give')
      },
    ))

  it.each<[what: string, statements: string[]]>([
    ['that reads partitions, inheritance children and views on views', []],
    ['that may change a sibling of what is served', ['GRANT INSERT, UPDATE, DELETE ON store.sibling, store.other TO {role}']],
    [
      'that owns a view of its own over what is served',
      ['CREATE VIEW store.own AS SELECT n FROM town.jobs', 'ALTER VIEW store.own OWNER TO {role}'],
    ],
    ['that belongs to a role that only reads, and to pg_monitor', group('GRANT pg_monitor, pg_read_all_data TO {role}_group')],
    ['that may make things in the schema, by which it changes nothing that is there', ['GRANT CREATE ON SCHEMA town TO {role}']],
  ])('but a role %s is served, with no problem', (_what, statements) =>
    withTown(statements, async (url) => {
      const { problems, code } = await harvestAll(await postgres.open({ url, schemas: ['town'] })).then((events) => ({
        problems: events.filter(({ kind }) => kind === 'problem'),
        code: events.at(-1)?.kind,
      }))
      expect({ problems, code }).toEqual({ problems: [], code: 'complete' })
    }),
  )
})

describe('a role that may only read is served', () => {
  it.each<[string, string[]]>([
    ['whatever it may do to tables that are not served', ['GRANT INSERT ON away.other TO {role}']],
    [
      'though it may make things in a schema, as everybody could in public until PostgreSQL 15',
      ['GRANT CREATE ON SCHEMA public TO {role}'],
    ],
    ['though it may read everything', ['GRANT pg_read_all_data TO {role}', 'ALTER ROLE {role} BYPASSRLS']],
  ])('%s', async (what, statements) => {
    const { url, run } = await roleWith(`reads_${what.slice(0, 3)}`, ...statements)
    try {
      expect((await harvestAll(await postgres.open({ url }))).at(-1)).toEqual({ kind: 'complete' })
    } finally {
      await run('DROP OWNED BY {role}; DROP ROLE {role}')
    }
  })
})

describe('a url that may lead elsewhere than it seems is refused', () => {
  const problem = (url: string) =>
    postgresConfigSchema.safeParse({ url, schemas: ['public'], defaultAccess: 'OPEN' }).error?.issues[0]?.message
  it.each([
    ['two hosts', 'postgres://r:p@127.0.0.1,db.example/town', /^names more than one host/],
    ['two hosts with ports', 'postgres://r:p@127.0.0.1:5432,db.example:5432/town', /^is no URL|^names more than one host/],
    ['two hosts, percent-encoded', 'postgres://r:p@127.0.0.1%2Cdb.example/town', /^names more than one host/],
    ['two hosts in the parameter', 'postgres:///town?host=127.0.0.1,db.example', /^names more than one host/],
    ['the parameter host twice: pg takes the last', 'postgres:///town?host=127.0.0.1&host=db.example', /^gives a parameter twice/],
    ['a host and another in the parameter', 'postgres://r:p@127.0.0.1/town?host=db.example', /^names more than one host/],
    ['a socket and a host in the parameter', 'postgres://%2Frun%2Fpostgresql/town?host=db.example', /^names more than one host/],
    ['an empty parameter host', 'postgres://r:p@127.0.0.1/town?host=', /^names more than one host/],
    ['hostaddr', 'postgres://r:p@localhost/town?hostaddr=203.0.113.7', /^says hostaddr/],
    ['two ports', 'postgres://r:p@localhost/town?port=5432,5433', /^names more than one port/],
    ['the parameter port twice', 'postgres://r:p@localhost/town?port=5432&port=5433', /^gives a parameter twice/],
    ['a service', 'postgres://r:p@localhost/town?service=other', /^says service/],
    ['which of several hosts', 'postgres://r:p@localhost/town?target_session_attrs=any', /^says target_session_attrs/],
    ['another role', 'postgres://r:p@localhost/town?user=postgres', /^says user/],
    ['sslmode twice', 'postgres://r:p@db.example/town?sslmode=verify-full&sslmode=disable', /^gives a parameter twice/],
    ['a percent-encoded name', 'postgres://r:p@127.0.0.1%2eevil.example/town', undefined],
    ['a name encoded twice', 'postgres://r:p@127.0.0.1%252Cevil.example/town', /^has a host with signs/],
    ['a NUL in the host', 'postgres://r:p@localhost%00.example/town', /^has a host with signs/],
    ['a NUL in the socket', 'postgres:///town?host=/run/%00', /^has a host with signs/],
  ])('%s', (_, url, message) => {
    if (message === undefined) expect(problem(url)).toBeUndefined()
    else expect(problem(url)).toMatch(message)
  })
})
