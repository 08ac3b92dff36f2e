import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer } from '../postgres/support/source.js'
import { wideRelations } from '../postgres/support/wide-relations.js'
import { missing, openMariaDb, type TestMariaDb } from './support/mariadb.js'

describe.skipIf(missing !== undefined)(
  `a relation as wide as queries may be, over MySQL${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    let town: TestMariaDb
    beforeAll(async () => {
      town = await openMariaDb()
      await town.run('CREATE TABLE wide (n bigint, t varchar(20))')
      await town.run(`INSERT INTO wide VALUES (1, 'a'), (2, 'b'), (2, 'b')`)
    })
    afterAll(() => town.close())

    it.each(wideRelations)('$what is answered', async ({ relation, rows }) => {
      expect((await answer(town.bench, await town.open(), relation)).rows.map((row) => row.slice(0, 2))).toEqual(rows)
    })
  },
)
