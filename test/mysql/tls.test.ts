import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlConfigSchema } from '../../connectors/mysql/config.js'
import { readTls } from '../../connectors/mysql/tls.js'
import type { Relation } from '../../src/connector/relation.js'
import { ConfigError } from '../../src/errors.js'
import { answer, datasetsOf, harvestAll, limits } from '../postgres/support/source.js'
import { type Certificate, makeAuthority } from '../support/certificates.js'
import { failureOf } from '../support/query.js'
import { missing, openMariaDb, type TestMariaDb } from './support/mariadb.js'

if (missing !== undefined) console.warn(`The tests of the connector mysql over TLS are skipped: ${missing}`)

describe.skipIf(missing !== undefined)(`a MySQL server over TLS${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const authority = makeAuthority()
  const own = authority.issue('localhost')
  const slow: Relation = { op: 'scan', table: 'slow/slow', columns: [{ name: 'n', type: 'INT64' }] }
  const named: Relation = { op: 'scan', table: 'named/named', columns: [{ name: 'n', type: 'INT64' }] }

  let town: TestMariaDb
  let plain: TestMariaDb
  beforeAll(async () => {
    const certificates = {
      'server.crt': own.cert,
      'server.key': own.key,
      'ca.pem': authority.ca,
      'other-ca.pem': makeAuthority('Another authority').ca,
    }
    town = await openMariaDb({
      files: certificates,
      settings: ['--ssl-cert={folder}/server.crt', '--ssl-key={folder}/server.key', '--ssl-ca={folder}/ca.pem'],
    })
    plain = await openMariaDb({ files: certificates, settings: ['--skip-ssl'] })
    for (const server of [town, plain]) {
      await server.run(`
        CREATE TABLE named (n int); INSERT INTO named SELECT seq FROM seq_1_to_100000;
        CREATE VIEW slow AS SELECT CAST(1 AS SIGNED) AS n FROM (SELECT SLEEP(300)) AS s;
        CREATE USER reader IDENTIFIED BY 'hunter2'; GRANT SELECT ON town.* TO reader`)
    }
    await town.run(`CREATE USER secure IDENTIFIED BY 'hunter2' REQUIRE SSL; GRANT SELECT ON town.* TO secure`)
  })
  afterAll(() => Promise.all([town.close(), plain.close()]))

  /** Has the server show another certificate from now on. */
  async function presents({ cert, key }: Certificate): Promise<void> {
    await Promise.all([writeFile(join(town.folder, 'server.crt'), cert), writeFile(join(town.folder, 'server.key'), key)])
    await town.run('FLUSH SSL')
  }

  const urlOf = (server: TestMariaDb, host: string, user = 'reader') =>
    Object.assign(new URL(server.url), { hostname: host, username: user, password: 'hunter2' }).href
  const open = (server: TestMariaDb, host: string, tls?: unknown, user?: string) =>
    server.open({ url: urlOf(server, host, user), tables: ['named', 'slow'], ...(tls === undefined ? {} : { tls }) })

  /** That a source is refused, and tells nothing of where it is or of its password. */
  async function refused(server: TestMariaDb, host: string, tls?: unknown): Promise<string> {
    const source = await open(server, host, tls)
    const error = await failureOf(() => harvestAll(source))
    expect(error.code).toBe('SOURCE_UNAVAILABLE')
    expect((await failureOf(() => answer(server.bench, source, named))).message).toBe(error.message)
    const health = await source.health(limits().signal)
    expect(health.status).toBe('DOWN')
    for (const secret of ['hunter2', 'ca.pem'])
      expect(`${error.message} ${String(error.cause)} ${JSON.stringify(health)}`).not.toContain(secret)
    expect(error.message).not.toMatch(new RegExp(`localhost|127\\.0|${new URL(server.url).port}`))
    return error.message
  }

  const untrusted =
    'The database has no certificate that is trusted for its host. Its operator must see to the certificate, or to the authority that the configuration names.'
  const unoffered =
    'The database offers no TLS, without which this source is not read. Its operator must see to the server or the configuration.'

  it('is read, and killed, where its certificate is of the authority and the host that are named', async () => {
    // Its user is let in over TLS alone.
    const source = await open(town, 'localhost', { ca: './ca.pem' }, 'secure')
    expect(await source.health(limits().signal)).toEqual({ status: 'UP' })
    expect((await answer(town.bench, source, named)).report.rows).toBe(100_000)
    const only = await town.open({ url: urlOf(town, 'localhost', 'secure'), tls: { ca: 'ca.pem' }, tables: ['named'] })
    expect(datasetsOf(await harvestAll(only)).map(({ id }) => id)).toEqual(['named'])
    const running = async () =>
      (await town.rows(`SELECT id FROM information_schema.PROCESSLIST WHERE COMMAND = 'Query' AND INFO NOT LIKE '%PROCESSLIST%'`)).length
    const abort = new AbortController()
    const scan = source.execute(source.plan({ relation: slow }, await source.capabilities([])), { ...limits(), signal: abort.signal })
    const failed = failureOf(async () => {
      for await (const part of scan.parts) await part.file.release()
    })
    await expect.poll(running).toBe(1)
    abort.abort()
    expect((await failed).code).toBe('SOURCE_TIMEOUT')
    await expect.poll(running).toBe(0)
    const clear = await open(town, 'localhost', false, 'secure')
    expect((await failureOf(() => answer(town.bench, clear, named))).message).toBe(
      'The database refuses the user of this source. Its operator must see to the url.',
    )
  })

  it('is refused where the host is another, or the authority is not known', async () => {
    expect(await refused(town, 'localhost', { ca: 'other-ca.pem' })).toBe(untrusted)
    expect(await refused(town, 'localhost', true)).toBe(untrusted)
    expect(await refused(town, '127.0.0.1', { ca: 'other-ca.pem', verifyHost: false })).toBe(untrusted)
    await presents(authority.issue('db.example'))
    expect(await refused(town, 'localhost', { ca: 'ca.pem' })).toBe(untrusted)
    for (const host of ['localhost', '127.0.0.1']) {
      expect((await answer(town.bench, await open(town, host, { ca: 'ca.pem', verifyHost: false }), named)).report.rows).toBe(100_000)
    }
    await presents(own)
    expect((await answer(town.bench, await open(town, 'localhost', { ca: 'ca.pem' }), named)).report.rows).toBe(100_000)
  })

  it('is never read in the clear where TLS is demanded, as it is of every host but loopback', async () => {
    for (const tls of [true, { ca: 'ca.pem' }, { ca: 'ca.pem', verifyHost: false }])
      expect(await refused(plain, 'localhost', tls)).toBe(unoffered)
    const asked = (url: string) => readTls(mysqlConfigSchema.parse({ url, schemas: ['town'], defaultAccess: 'OPEN' }), town.folder)
    expect(await asked('mysql://db.example/town')).toEqual({ rejectUnauthorized: true, verifyIdentity: true })
    expect(await asked('mysql://localhost.example/town')).toEqual({ rejectUnauthorized: true, verifyIdentity: true })
    for (const host of ['localhost', '127.0.0.1', '[::1]']) expect(await asked(`mysql://${host}/town`)).toBeUndefined()
    // 0.0.0.0 is this machine, and not by a name of loopback.
    for (const [host, tls] of [
      ['0.0.0.0', false],
      ['127.0.0.1', undefined],
      ['localhost', undefined],
    ] as const) {
      expect((await answer(plain.bench, await open(plain, host, tls), named)).report.rows).toBe(100_000)
    }
  })

  it('has a configuration that means what it says, and files that are there', async () => {
    const problem = (config: object) =>
      mysqlConfigSchema.safeParse({ url: 'mysql://r:hunter2@db.example/town', schemas: ['town'], defaultAccess: 'OPEN', ...config }).error
        ?.issues[0]?.message
    expect(problem({ tls: { verifyHost: false } })).toMatch(/only with a ca/)
    expect(problem({ url: 'mysql://r:hunter/2@db.example/town' })).toMatch(/^is no URL/)
    for (const config of [
      { url: 'mysql://10.0.0.1/town' },
      { url: 'mysql://[fd00::1]/town', tls: { ca: 'ca.pem' } },
      { url: 'mysql://127.0.0.1/town', tls: true },
    ]) {
      expect(problem(config)).toMatch(/^has an address for its host/)
    }
    for (const config of [
      { tls: { ca: 'ca.pem', verifyHost: false } },
      { url: 'mysql://10.0.0.1/town', tls: { ca: 'ca.pem', verifyHost: false } },
      { url: 'mysql://10.0.0.1/town', tls: false },
    ]) {
      expect(problem(config)).toBeUndefined()
    }
    await expect(open(town, 'localhost', { ca: 'gone.pem' })).rejects.toThrow(ConfigError)
  })
})
