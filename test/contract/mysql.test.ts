import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { mysql } from '../../connectors/mysql/index.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { missing, openMariaDb, type TestMariaDb } from '../mysql/support/mariadb.js'
import type { Bench } from '../support/query.js'
import { quietLog } from '../support/spoke.js'
import { openWire } from '../support/wire.js'
import { connectorContract } from './contract.js'
import { tableSql } from './database-tables.js'
import type { Held } from './harness.js'

if (missing !== undefined) console.warn(`the contract of the connector mysql did not run: ${missing}`)

let server: TestMariaDb
let databases = 0

const dialect = {
  quote: (name: string) => `\`${name.replaceAll('`', '``')}\``,
  type: ({ type, scale }: { type: string; scale?: number | undefined }) =>
    ({
      STRING: 'varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
      INT64: 'bigint',
      DOUBLE: 'double',
      DECIMAL: `decimal(20,${scale})`,
      DATE: 'date',
      TIMESTAMP: 'datetime(6)',
    })[type] ?? '',
  text: (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
}

async function openDatabase(bench: Bench, statements: readonly string[]): Promise<Held> {
  const name = `contract_${databases++}`
  await server.run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
  await server.run(`USE ${name}`)
  for (const sql of statements) await server.run(sql)
  const base = await mkdtemp(join(tmpdir(), 'dials-contract-'))
  const password = `secret-of-${name}`
  await server.run(`CREATE USER ${name} IDENTIFIED BY '${password}'`)
  await server.run(`GRANT SELECT ON ${name}.* TO ${name}`)
  const wire = await openWire(Number(new URL(server.url).port))
  const url = Object.assign(new URL(server.url), { username: name, password, pathname: `/${name}`, port: String(wire.port) })
  const source = await mysql.open(mysql.configSchema.parse({ url: url.href, schemas: [name], defaultAccess: 'OPEN' }), {
    spokeId: 'camden',
    baseFolder: base,
    engine: bench.engine,
    openEngine: (options) => DuckDbEngine.open(options),
    scratchFolder: bench.folder,
    storeFolder: base,
    log: quietLog,
  })
  return {
    source,
    wire,
    secrets: [password],
    async leftovers() {
      const rows = await server.rows(
        `SELECT info FROM information_schema.processlist WHERE db = '${name}' AND command = 'Query' AND id <> connection_id()`,
      )
      return rows.map(({ info, INFO }) => String(info ?? INFO))
    },
    async break() {
      await server.run(`ALTER USER ${name} ACCOUNT LOCK`)
      await server.run(`KILL USER ${name}`)
    },
    async remove() {
      await source.close()
      await wire.close()
      await server.run(`DROP DATABASE ${name}`)
      await server.run(`DROP USER ${name}`)
      await rm(base, { recursive: true, force: true })
    },
  }
}

describe.skipIf(missing !== undefined)('over MariaDB', () => {
  beforeAll(async () => {
    server = await openMariaDb()
  })
  afterAll(() => server.close())

  connectorContract({
    kind: 'mysql',
    words: { FILTER: /WHERE/, PROJECT: /SELECT/, AGGREGATE: /count\(\*\).*sum\(/is, SORT: /ORDER BY/, LIMIT: /LIMIT 3/ },
    types: ['STRING', 'INT64', 'DOUBLE', 'DECIMAL', 'DATE', 'TIMESTAMP'],
    open: (bench, tables) =>
      openDatabase(
        bench,
        tables.flatMap((table) => tableSql(table, dialect)),
      ),
    openBig: (bench, rows) =>
      openDatabase(bench, [
        'CREATE TABLE big (n bigint, text varchar(40))',
        `INSERT INTO big SELECT seq, concat('row ', seq) FROM seq_0_to_${rows - 1}`,
      ]),
  })
})
