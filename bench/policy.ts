/**
 * What agreements cost a query: `npm run bench:policy`. The agreements of an organisation are read from PostgreSQL and decided over, with
 * so many in force, against the same query with none. Printed: the milliseconds that reading and deciding add at p50.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgreementStore } from '../src/agreements/agreement-store.js'
import { type Agreement, canonicalAgreement } from '../src/policy/agreement.js'
import { bind } from '../src/query/2-bind/bind.js'
import { parse } from '../src/query/1-parse/parse.js'
import { authorise } from '../src/query/3-authorise/authorise.js'
import { purposeTree } from '../src/policy/vocabulary.js'
import { migrate } from '../src/database/migrate.js'
import { openDatabase } from '../src/database/open-database.js'
import { catalogueOf, tableOf } from '../test/support/query.js'
import { inTurn, machine, ms } from './support.js'

const runs = 400
const purpose = 'https://w3id.org/dpv#ProvideOfficialStatistics'
const purposes = purposeTree([{ iri: purpose, label: 'Official statistics' }])
const columns = Array.from({ length: 20 }, (_, at) => ({ name: `c${at}`, type: 'STRING' as const }))
const idOf = (at: number) => `camden/t${at}/t${at}`
const tableAt = (at: number) => tableOf(idOf(at), columns, { access: 'CLOSED' })
const organisation = tableAt(0).organisationId

console.log(machine())
for (const [count, target] of [
  [100, 1],
  [10_000, 5],
] as const)
  await costs(count, target)
process.exit(0)

/** @param count agreements in force, of which two are about the table that is asked for. */
async function costs(count: number, target: number): Promise<void> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const database = await openDatabase({ dataFolder, log: quiet })
  try {
    await migrate(database.knex)
    for (let at = 0; at < count / 2; at++) await insert(at)
    await database.knex.raw('analyze agreements; analyze agreement_tables')
    const store = new AgreementStore(database.knex, { changed: () => Promise.resolve() }, new Map())
    const input = { from: { table: idOf(0) }, select: [{ column: 'c1' }, { column: 'c2' }], where: { column: 'c3', eq: 'x' } }
    const asked = (table: ReturnType<typeof tableAt>) => bind(parse(input), catalogueOf([table]))
    const [closed, open] = [await asked(tableAt(0)), await asked(tableOf(idOf(0), columns))]
    const request = { organisation: 'team', purpose, purposes, now: Date.now() }
    const [under, without] = await inTurn(
      runs,
      async () => authorise(closed, { ...request, agreements: await store.inForceFor('team', [idOf(0)]) }),
      () => Promise.resolve(authorise(open, { ...request, agreements: [] })),
    )
    const added = under.p50 - without.p50
    console.log(
      `${count.toLocaleString('en-GB')} agreements in force: ${ms(added)} more at p50 (target ${target} ms: ${added <= target ? 'held' : 'MISSED'})`,
    )
  } finally {
    await database.close()
    await rm(dataFolder, { recursive: true, force: true })
  }

  async function insert(at: number): Promise<void> {
    for (const kind of ['DISCLOSURE', 'RECEIPT'] as const) {
      const agreement: Agreement = {
        ...{
          id: randomUUID(),
          version: 1,
          title: `Agreement ${at}`,
          kind,
          discloser: organisation,
          recipients: ['team'],
          purposes: [purpose],
        },
        ...{ legalBases: ['https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest'], legalGateway: null, retentionDays: null },
        tables: [
          {
            table: idOf(at),
            columns: columns.map(({ name }) => ({ column: name, uses: ['SELECT', 'FILTER'], obligations: [] })),
            rowFilter: null,
            obligations: [],
          },
        ],
        ...{ validFrom: '2026-01-01T00:00:00.000Z', validUntil: '2096-01-01T00:00:00.000Z', onwardSharing: false, impactAssessment: null },
      }
      const { id, discloser, recipients, validFrom, validUntil } = agreement
      await database.knex('agreements').insert({
        ...{ id, kind, discloser, recipients, purposes: [purpose], state: 'DRAFT', changed_by: discloser },
        ...{ canonical: canonicalAgreement(agreement), valid_from: validFrom, valid_until: validUntil },
      })
      await database.knex('agreement_tables').insert({ agreement: id, table_id: idOf(at), dataset_id: `camden/t${at}` })
      for (const state of ['OFFERED', 'AGREED']) await database.knex('agreements').where({ id }).update({ state })
    }
  }
}
