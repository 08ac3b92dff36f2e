import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlConfigSchema } from '../../connectors/mysql/config.js'
import { powersIn, rolesIn } from '../../connectors/mysql/powers.js'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import type { Relation } from '../../src/connector/relation.js'
import { failureOf } from '../support/query.js'
import { answer, datasetsOf, harvestAll } from '../postgres/support/source.js'
import { missing, openMariaDb, type TestMariaDb } from './support/mariadb.js'

const scan: Relation = { op: 'scan', table: 'jobs/jobs', columns: [{ name: 'n', type: 'INT64' }] }

describe.skipIf(missing !== undefined)('a source whose user may do more than read serves nothing, and says how to mend it', () => {
  let town: TestMariaDb
  beforeAll(async () => {
    town = await openMariaDb()
    await town.run('CREATE TABLE jobs (n int, m int); INSERT INTO jobs VALUES (1, 2)')
  })
  afterAll(() => town.close())

  const userWith = async (name: string, statements: readonly string[]) => {
    await town.run(`CREATE USER ${name} IDENTIFIED BY 'reads'; GRANT SELECT ON town.jobs TO ${name}`)
    for (const sql of statements) await town.run(sql.replaceAll('{user}', name))
    return Object.assign(new URL(town.url), { username: name }).href
  }

  it.each<[string, string[], string]>([
    ['file', ['GRANT FILE ON *.* TO {user}'], 'has FILE ON *.*'],
    ['super', ['GRANT SUPER ON *.* TO {user}'], 'has SUPER ON *.*'],
    ['everything', ['GRANT ALL PRIVILEGES ON *.* TO {user} WITH GRANT OPTION'], 'has ALL PRIVILEGES ON *.*; has GRANT OPTION ON *.*'],
    ['inserts', ['GRANT INSERT ON town.jobs TO {user}'], 'has INSERT ON town.jobs'],
    ['updates', ['GRANT UPDATE (m) ON town.jobs TO {user}'], 'has UPDATE ON town.jobs'],
    [
      'inserts_below_view',
      ['CREATE TABLE base (n int); CREATE VIEW over_base AS SELECT n FROM base; GRANT INSERT ON town.base TO {user}'],
      'has INSERT ON town.base',
    ],
    [
      'updates_through_view',
      ['CREATE VIEW over_jobs AS SELECT n FROM jobs; GRANT UPDATE (n) ON town.over_jobs TO {user}'],
      'has UPDATE ON town.over_jobs',
    ],
    ['is_proxy', ["GRANT PROXY ON only_reads TO '{user}'@'%'"], 'has PROXY ON only_reads@%'],
    ['deletes', ['GRANT DELETE ON town.* TO {user}'], 'has DELETE ON town.*'],
    ['drops', ['GRANT DROP, ALTER ON town.jobs TO {user}'], 'has DROP ON town.jobs; has ALTER ON town.jobs'],
    ['grants', ['GRANT SELECT ON town.jobs TO {user} WITH GRANT OPTION'], 'has GRANT OPTION ON town.jobs'],
    [
      'has_role',
      ['CREATE ROLE writers', 'GRANT INSERT ON town.jobs TO writers', 'GRANT writers TO {user}', 'SET DEFAULT ROLE writers FOR {user}'],
      'has INSERT ON town.jobs',
    ],
    [
      'has_role_of_role',
      [
        'CREATE ROLE inner_role',
        'CREATE ROLE outer_role',
        'GRANT DELETE ON town.jobs TO inner_role',
        'GRANT inner_role TO outer_role',
        'GRANT outer_role TO {user}',
        'SET DEFAULT ROLE outer_role FOR {user}',
      ],
      'has DELETE ON town.jobs',
    ],
    [
      'may_take_role',
      ['CREATE ROLE hidden', 'GRANT INSERT ON town.jobs TO hidden', 'GRANT hidden TO {user}'],
      'may take on the role `hidden`, which is not its default role',
    ],
  ])('%s', async (name, statements, power) => {
    const url = await userWith(name, statements)
    const source = await town.open({ url })
    const events: CatalogueEvent[] = []
    const error = await failureOf(async () => {
      for await (const event of source.harvest(undefined, new AbortController().signal)) events.push(event)
    })
    expect(error.code).toBe('SOURCE_UNAVAILABLE')
    expect(events).toEqual([
      { kind: 'problem', sourceId: 'url', message: expect.stringContaining(`more than read: ${power}. Give it`) as unknown },
    ])
    expect((await failureOf(() => answer(town.bench, source, scan))).message).toMatch(/nothing of it is served/)
    const allowed = await town.open({ url, allowPowerfulRole: true })
    expect(datasetsOf(await harvestAll(allowed))).toHaveLength(1)
    expect((await answer(town.bench, allowed, scan)).rows).toEqual([['1']])
  })

  it('inserts as everybody may', async () => {
    const url = await userWith('as_public', ['GRANT INSERT ON town.jobs TO PUBLIC'])
    try {
      const source = await town.open({ url })
      const error = await failureOf(() => harvestAll(source))
      expect(error.code).toBe('SOURCE_UNAVAILABLE')
      expect((error as { problem?: string }).problem).toContain('has INSERT ON town.jobs')
    } finally {
      await town.run('REVOKE INSERT ON town.jobs FROM PUBLIC')
    }
  })

  it('but one that may only read is served, by itself or by a role', async () => {
    const url = await userWith('reads_only', [
      'CREATE ROLE readers',
      'GRANT SELECT, SHOW VIEW ON town.* TO readers',
      'GRANT readers TO {user}',
      'SET DEFAULT ROLE readers FOR {user}',
    ])
    expect((await harvestAll(await town.open({ url }))).at(-1)).toEqual({ kind: 'complete' })
  })
})

describe('a line of SHOW GRANTS', () => {
  it.each<[string, string[]]>([
    ["GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*AB ON `x` TO'", []],
    ['GRANT SELECT, SHOW VIEW ON `a ON b TO c`.* TO `r`@`%`', []],
    ['GRANT SELECT (`a`, `INSERT`), INSERT (`b`) ON `t`.`x` TO `r`@`%`', ['has INSERT ON t.x']],
    ['GRANT EXECUTE ON FUNCTION `t`.`f` TO `r`@`%`', []],
    ['GRANT BACKUP_ADMIN,SYSTEM_VARIABLES_ADMIN ON *.* TO `r`@`%`', ['has BACKUP_ADMIN ON *.*', 'has SYSTEM_VARIABLES_ADMIN ON *.*']],
    ["GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION", ['has PROXY ON @%', 'has GRANT OPTION ON @%']],
    ['GRANT `writers`@`%`,`readers`@`%` TO `r`@`%`', []],
    ['SET DEFAULT ROLE `writers` FOR `r`@`%`', []],
    ['something new', ['has a grant that this version does not know']],
  ])('%s', (line, powers) => {
    expect(powersIn(line)).toEqual(powers)
  })

  it('names roles, whatever their names hold', () => {
    expect(rolesIn('GRANT `a`` TO b`@`%`,`c`@`%` TO `r`@`%`')).toEqual(['`a`` TO b`@`%`', '`c`@`%`'])
    expect(rolesIn('GRANT `writers` TO `r`@`%` WITH ADMIN OPTION')).toEqual(['`writers`'])
    expect(rolesIn('GRANT SELECT ON `t`.* TO `r`@`%`')).toEqual([])
  })
})

describe('a url that may lead elsewhere than it seems is refused', () => {
  it.each([
    ['two hosts', 'mysql://r:p@127.0.0.1,db.example/town', /^names more than one host/],
    ['two hosts, percent-encoded', 'mysql://r:p@127.0.0.1%2cdb.example/town', /^names more than one host/],
    [
      'another socket',
      'mysql://r:p@db.example/town?socketPath=/tmp/other',
      /^says socketPath: the url of this connector has no parameters/,
    ],
    ['another host', 'mysql://r:p@localhost/town?host=db.example', /^says host/],
    ['TLS of its own', 'mysql://r:p@db.example/town?ssl={"rejectUnauthorized":false}', /^says ssl/],
    ['several statements at once', 'mysql://r:p@localhost/town?multipleStatements=true', /^says multipleStatements/],
    ['no host', 'mysql:///town', /^names no host/],
    ['a NUL', 'mysql://r:p@localhost%00.example/town', /^has a host with signs/],
  ])('%s', (_, url, message) => {
    expect(mysqlConfigSchema.safeParse({ url, schemas: ['town'], defaultAccess: 'OPEN' }).error?.issues[0]?.message).toMatch(message)
  })
})
