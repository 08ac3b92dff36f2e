import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresConfigSchema } from '../../connectors/postgres/config.js'
import type { Relation } from '../../src/connector/relation.js'
import { ConfigError } from '../../src/errors.js'
import { makeAuthority } from '../support/certificates.js'
import { openPostgresServer, type PostgresServer } from '../support/postgres-server.js'
import { failureOf } from '../support/query.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, datasetsOf, harvestAll, limits } from './support/source.js'

const authority = makeAuthority()
const visitor = authority.issue('a client')
/** Of `localhost` alone: 127.0.0.1 is the same server, and another host. */
const { cert, key } = authority.issue('localhost')

let bench: TestPostgres
let server: PostgresServer
/** Of a role that may only read. */
let readerUrl: string
beforeAll(async () => {
  bench = await openTestPostgres()
  server = await openPostgresServer({
    settings: ['ssl = on', `ssl_ca_file = 'root.crt'`],
    files: { 'server.crt': cert, 'server.key': key, 'root.crt': authority.ca },
  })
  readerUrl = Object.assign(new URL(server.url), { username: 'reader', password: 'hunter2' }).href
  await server.rows(`
    CREATE ROLE reader LOGIN PASSWORD 'hunter2'; GRANT pg_read_all_data TO reader;
    CREATE TABLE large AS SELECT n, 'a text of some length ' || n AS text FROM generate_series(1, 300000) AS n;
    CREATE VIEW slow AS SELECT n FROM generate_series(1, 3) AS n, pg_sleep(300);
    CREATE VIEW secured AS SELECT ssl::text AS ssl, coalesce(client_dn, '') AS who FROM pg_stat_ssl WHERE pid = pg_backend_pid()`)
  await Promise.all([
    writeFile(join(bench.bench.folder, 'ca.pem'), authority.ca),
    writeFile(join(bench.bench.folder, 'other-ca.pem'), makeAuthority('Another authority').ca),
    writeFile(join(bench.bench.folder, 'client.pem'), visitor.cert),
    writeFile(join(bench.bench.folder, 'client-key.pem'), visitor.key),
  ])
})
afterAll(async () => {
  await bench.close()
  await server.remove()
})

const secured: Relation = {
  op: 'scan',
  table: 'secured/secured',
  columns: [
    { name: 'ssl', type: 'STRING' },
    { name: 'who', type: 'STRING' },
  ],
}
const large: Relation = {
  op: 'scan',
  table: 'large/large',
  columns: [
    { name: 'n', type: 'INT64' },
    { name: 'text', type: 'STRING' },
  ],
}
const slow: Relation = { op: 'scan', table: 'slow/slow', columns: [{ name: 'n', type: 'INT64' }] }

/** The server's url with another host and these parameters. */
const urlOf = (host: string, parameters = '', of = readerUrl) => `${Object.assign(new URL(of), { hostname: host }).href}${parameters}`
const open = (host: string, parameters?: string, of?: string) => bench.open({ url: urlOf(host, parameters, of) })

/** That a source is refused, and tells nothing of where it is or of its password. */
async function refused(url: string): Promise<string> {
  const source = await bench.open({ url })
  const error = await failureOf(() => harvestAll(source))
  expect(error.code).toBe('SOURCE_UNAVAILABLE')
  expect((await failureOf(() => answer(bench.bench, source, secured))).message).toBe(error.message)
  const health = await source.health(limits().signal)
  expect(health.status).toBe('DOWN')
  const { password, port } = new URL(url)
  for (const secret of [password, bench.bench.folder, 'ca.pem'])
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(health)}`).not.toContain(secret)
  expect(error.message).not.toMatch(new RegExp(`localhost|127\\.0|${port}`))
  return error.message
}

const untrusted =
  'The database has no certificate that is trusted for its host. Its operator must see to the certificate, or to the authority that the configuration names.'
const unoffered =
  'The database offers no TLS, without which this source is not read. Its operator must see to the server or the configuration.'

describe('a source over TLS', () => {
  it('is read where its certificate is of the authority and the host that are named', async () => {
    for (const parameters of [
      '?sslmode=verify-full&sslrootcert=ca.pem',
      '?sslrootcert=./ca.pem',
      '?sslmode=require&sslrootcert=ca.pem&uselibpqcompat=true',
      '?sslmode=verify-full&sslnegotiation=direct&sslrootcert=ca.pem',
    ]) {
      const source = await open('localhost', parameters)
      expect((await answer(bench.bench, source, secured)).rows).toEqual([['true', '']])
      expect(await source.health(limits().signal)).toEqual({ status: 'UP' })
    }
    const source = await bench.open({ url: urlOf('localhost', '?sslmode=verify-full&sslrootcert=ca.pem'), tables: ['large', 'secured'] })
    expect(datasetsOf(await harvestAll(source)).map(({ id }) => id)).toEqual(['large', 'secured'])
    expect((await answer(bench.bench, source, large)).report.rows).toBe(300_000)
  })

  it('is cancelled at the server, over TLS too', async () => {
    const source = await open('localhost', '?sslmode=verify-full&sslrootcert=ca.pem')
    const running = async () =>
      (
        await server.rows(
          `SELECT pid FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE ssl AND state = 'active' AND pid <> pg_backend_pid()`,
        )
      ).length
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

  it('shows a certificate of its own to a server that asks for one', async () => {
    const source = await open('localhost', '?sslrootcert=ca.pem&sslcert=client.pem&sslkey=client-key.pem')
    expect((await answer(bench.bench, source, secured)).rows).toEqual([['true', '/CN=a server']])
  })

  it('is refused where the host is another, or the authority is not known', async () => {
    expect(await refused(urlOf('127.0.0.1', '?sslmode=verify-full&sslrootcert=ca.pem'))).toBe(untrusted)
    expect(await refused(urlOf('localhost', '?sslmode=verify-full&sslrootcert=other-ca.pem'))).toBe(untrusted)
    for (const mode of ['require', 'verify-ca', 'verify-full'])
      expect(await refused(urlOf('localhost', `?sslmode=${mode}`))).toBe(untrusted)
  })

  it('takes any host of an authority that is named, and any certificate at all, only where that is said', async () => {
    for (const parameters of ['?sslmode=verify-ca&sslrootcert=ca.pem', '?sslmode=no-verify']) {
      expect((await answer(bench.bench, await open('127.0.0.1', parameters), secured)).rows).toEqual([['true', '']])
    }
    expect(await refused(urlOf('127.0.0.1', '?sslmode=verify-ca&sslrootcert=other-ca.pem'))).toBe(untrusted)
  })

  it('is never read in the clear where TLS is demanded', async () => {
    const { url } = bench.database
    for (const parameters of ['?sslmode=verify-full&sslrootcert=ca.pem', '?sslmode=require', '?sslmode=no-verify', '?sslrootcert=ca.pem']) {
      expect(await refused(urlOf('localhost', parameters, url))).toBe(unoffered)
    }
  })

  it('demands TLS of every host but loopback, unless the url says otherwise', async () => {
    // 0.0.0.0 is this machine, and not by a name of loopback.
    expect(await refused(urlOf('0.0.0.0', '', bench.database.url))).toBe(unoffered)
    expect(await refused(urlOf('0.0.0.0'))).toBe(untrusted)
    const { port, pathname } = new URL(bench.database.url)
    const elsewhere = await bench.open({ url: `postgres://${pathname}?host=0.0.0.0&port=${port}` })
    expect((await failureOf(() => harvestAll(elsewhere))).message).toBe(unoffered)
    for (const [host, parameters] of [
      ['0.0.0.0', '?sslmode=disable'],
      ['127.0.0.1', ''],
      ['localhost', ''],
    ] as const) {
      expect((await answer(bench.bench, await open(host, parameters), secured)).rows).toEqual([['false', '']])
    }
  })

  it('has a url that says it in words that are known, and files that are there', async () => {
    const problem = (url: string) =>
      postgresConfigSchema.safeParse({ url, schemas: ['public'], defaultAccess: 'OPEN' }).error?.issues[0]?.message
    for (const mode of ['prefer', 'allow', 'verify-ful', ''])
      expect(problem(`postgres://r:hunter2@db.example/town?sslmode=${mode}`)).toMatch(/^has an sslmode/)
    expect(problem('postgres://r:hunter2@db.example/town?ssl=false')).toMatch(/^says ssl/)
    expect(problem('postgres://r:hunter/2@db.example/town')).toMatch(/^is no URL/)
    expect(problem('postgres:///town')).toBe('names no host')
    for (const url of [
      'postgres:///town?host=/run/postgresql',
      'postgres://%2Frun%2Fpostgresql/town',
      'postgres://r:hun%2Fter2@[::1]:5432/town',
    ])
      expect(problem(url)).toBeUndefined()
    await expect(open('localhost', '?sslrootcert=gone.pem')).rejects.toThrow(ConfigError)
  })
})
