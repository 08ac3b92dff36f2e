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
    [
      'may write everywhere',
      ['GRANT pg_write_all_data TO {role}'],
      'is a member of pg_write_all_data; may change public.jobs; may change public.seen',
    ],
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
    ['may insert as everybody may', ['GRANT INSERT ON jobs TO PUBLIC'], 'may change public.jobs'],
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
