import fc from 'fast-check'
import type { Knex } from 'knex'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HarvestRunRow } from '../../src/catalogue/rows.js'
import { configureTwo, harvest } from '../support/catalogue.js'
import { complete, dataset, fakeSource, table } from '../support/fake-source.js'
import { mortalDatabase } from '../support/mortal-database.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { type History, history, type Saying, type Step, tell, type Told, type World } from './support/histories.js'
import { type Catalogue, limits, reference } from './support/reference.js'
import { long, runsOf } from '../support/long.js'

const runs = runsOf(40, 75)

const tablesOf = (id: string, version: number) =>
  Array.from({ length: version + 1 }, (_, n) => table(`${id}-${n}`, { version: `v${version}` }))

function eventOf(said: Saying): unknown {
  if (said.say === 'dataset') return dataset(said.id, { description: `version ${said.version}`, tables: tablesOf(said.id, said.version) })
  if (said.say === 'problem') return dataset(said.id, { access: 'SECRET' as never })
  if (said.say === 'removed') return { kind: 'removed', sourceId: said.id }
  return { kind: 'nonsense' }
}

const sourceOf = ({ sayings, end }: Told, cursor: string) =>
  fakeSource(
    ...sayings.map(eventOf),
    ...(end.say === 'silence'
      ? []
      : end.say === 'error'
        ? [new Error('gone')]
        : [{ ...complete(cursor), ...(end.total === undefined ? {} : { total: end.total }) }]),
  )

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
})
afterAll(() => database.drop())

interface Row {
  id: string
  status: string
  description: string
  tables: string[] | null
  first_seen: string
}

const rowsOf = async (knex: Knex, spokeId: string) =>
  (await knex('datasets')
    .where({ spoke_id: spokeId })
    .orderBy('id')
    .select(
      'id',
      'status',
      'description',
      knex.raw('first_seen::text as first_seen'),
      knex.raw(`(select array_agg(tables.id || ' ' || version order by position) from tables where dataset_id = datasets.id) as tables`),
    )) as Row[]

const shownOf = (rows: Row[]) => rows.map(({ first_seen: _first, ...row }) => row)

const expectedRows = (catalogue: Catalogue) =>
  [...catalogue]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { version, status }]) => ({
      id: `camden/${id}`,
      status,
      description: `version ${version}`,
      tables: tablesOf(id, version).map((one) => `camden/${id}/${one.id} v${version}`),
    }))

/** One source, its hub, and what the reference says of both. */
class Play {
  #world: World = new Map()
  #catalogue: Catalogue = new Map()
  /** Which datasets changed, in order; a cursor is a place in it. */
  readonly #changes: string[] = []
  readonly #ended: { status: string; whole: boolean; cursor: number; day: number }[] = []
  /** What was there before the first run that is held. */
  #heldSince: ReadonlySet<string> | undefined
  readonly #firstSeen = new Map<string, string>()
  #day = 0
  #lastRun = 0

  constructor(
    private readonly knex: Knex,
    private readonly history: History,
  ) {}

  async step({ changes, daysLater, telling, allowShrink, death }: Step): Promise<void> {
    await this.#pass(daysLater)
    for (const { id, to } of changes) {
      if (to === 'gone' ? this.#world.delete(id) : this.#world.set(id, to)) this.#changes.push(id)
    }
    const cursor = allowShrink ? undefined : this.#cursorDue()
    const told = tell(this.#world, telling, cursor === undefined ? undefined : new Set(this.#changes.slice(cursor)))
    const circumstances = {
      whole: cursor === undefined,
      allowShrink,
      batchRecords: this.history.batchRecords,
      knownBefore: this.#heldSince ?? new Set(this.#catalogue.keys()),
      day: this.#day,
    }
    const should = reference(this.#catalogue, told, circumstances)
    const source = sourceOf(told, String(this.#changes.length))
    if (!this.history.cursors) source.harvest = withoutCursor(source.harvest)
    const options = { limits, allowShrink, batchRecords: this.history.batchRecords }
    const mortal = death === undefined ? undefined : mortalDatabase(database.url, this.knex, death)
    const run = await harvest(mortal?.knex ?? this.knex, source, options).catch((error: unknown) => {
      if (death === undefined) throw error
    })
    await mortal?.gone()
    if (source.cursors.length > 0) expect(source.cursors).toEqual([cursor === undefined ? undefined : String(cursor)])
    await this.#compare(should, run ?? undefined, { whole: cursor === undefined, mayHaveDied: death !== undefined })
  }

  /** After all that, one whole and honest harvest: everything that is there is ACTIVE, and nothing else. */
  async end(): Promise<void> {
    await this.step({
      changes: [],
      daysLater: 0,
      telling: { end: 'complete', cutAfter: undefined, repeats: false, rubbish: false, total: 'honest' },
      allowShrink: true,
      death: undefined,
    })
    const active = [...this.#catalogue].filter(([, { status }]) => status === 'ACTIVE').map(([id]) => id)
    const readable = [...this.#world].filter(([, { broken }]) => !broken).map(([id]) => id)
    expect(active).toEqual(expect.arrayContaining(readable))
    expect([...this.#world.keys()]).toEqual(expect.arrayContaining(active))
  }

  async #compare(
    should: ReturnType<typeof reference>,
    run: HarvestRunRow | undefined,
    { whole, mayHaveDied }: { whole: boolean; mayHaveDied: boolean },
  ): Promise<void> {
    const rows = await rowsOf(this.knex, 'camden')
    const written = (await this.knex('harvest_runs').where({ spoke_id: 'camden' }).orderBy('id', 'desc').first('id', 'status')) as
      { id: number; status: string } | undefined
    const ended =
      written !== undefined && written.id > this.#lastRun && written.status === should.run.status && should.run.status !== 'FAILED'
    const allowed = ended ? [should.catalogue] : mayHaveDied ? should.afterBatches : [should.catalogue]
    const found = allowed.findLast((one) => this.#isRunOf(rows, one))
    if (found === undefined) expect(shownOf(rows)).toEqual(expectedRows(should.catalogue))
    if (!mayHaveDied) expect(run).toMatchObject(should.run)
    const before = this.#catalogue
    this.#checkPromises(rows, found ?? should.catalogue)
    this.#catalogue = found ?? should.catalogue
    this.#lastRun = written?.id ?? this.#lastRun
    if (!ended) return
    this.#ended.push({ status: should.run.status, whole, cursor: this.#changes.length, day: this.#day })
    this.#heldSince = should.settled
      ? undefined
      : should.run.status === 'HELD'
        ? (this.#heldSince ?? new Set(before.keys()))
        : this.#heldSince
  }

  #isRunOf(rows: Row[], catalogue: Catalogue): boolean {
    return JSON.stringify(shownOf(rows)) === JSON.stringify(expectedRows(catalogue))
  }

  /** Never is a live dataset archived; what comes back comes back as itself; nothing is ever forgotten. */
  #checkPromises(rows: Row[], now: Catalogue): void {
    for (const [id, { status }] of now) {
      if (status === 'ARCHIVED' && this.#catalogue.get(id)?.status !== 'ARCHIVED')
        expect(this.#world.has(id), `${id} is live and was archived`).toBe(false)
    }
    for (const { id, first_seen: firstSeen } of rows) {
      expect(this.#firstSeen.get(id) ?? firstSeen).toBe(firstSeen)
      this.#firstSeen.set(id, firstSeen)
    }
    expect(rows).toHaveLength(this.#firstSeen.size)
  }

  async #pass(days: number): Promise<void> {
    this.#day += days
    if (days === 0) return
    await this.knex.raw(`update datasets set missing_since = missing_since - ? * interval '1 day' where missing_since is not null`, [days])
    await this.knex.raw(`update harvest_runs set finished_at = finished_at - ? * interval '1 day'`, [days])
  }

  #cursorDue(): number | undefined {
    if (!this.history.cursors) return undefined
    const last = this.#ended.findLast(({ status }) => status === 'COMPLETE' || status === 'HELD')
    const recent = this.#ended.some(({ status, whole, day }) => status === 'COMPLETE' && whole && this.#day - day < limits.wholeEveryDays)
    return last?.status === 'COMPLETE' && recent ? last.cursor : undefined
  }
}

/** The same source, which never gives a cursor. */
const withoutCursor = (tellAll: ReturnType<typeof fakeSource>['harvest']) =>
  async function* (cursor: string | undefined, signal: AbortSignal) {
    for await (const event of tellAll(cursor, signal))
      yield event.kind === 'complete' ? ({ ...event, cursor: undefined } as typeof event) : event
  }

describe('any history of a source', () => {
  it('ends in the catalogue that a reference computes, and never with a live dataset archived', { tags: [long] }, async () => {
    const { knex } = database
    await harvest(knex, fakeSource(dataset('a'), complete()), { spokeId: 'barnet' })
    const untouched = await rowsOf(knex, 'barnet')
    let [histories, harvests, deaths] = [0, 0, 0]
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        await knex('datasets').where({ spoke_id: 'camden' }).delete()
        await knex('harvest_runs').where({ spoke_id: 'camden' }).delete()
        const play = new Play(knex, given)
        for (const step of given.steps) await play.step(step)
        await play.end()
        histories += 1
        harvests += given.steps.length + 1
        deaths += given.steps.filter(({ death }) => death !== undefined).length
      }),
      { numRuns: runs },
    )
    expect(await rowsOf(knex, 'barnet')).toEqual(untouched)
    console.log(`${histories} histories, ${harvests} harvests, ${deaths} of them with a hub that may have died`)
    expect(histories).toBeGreaterThanOrEqual(runs)
  })
})
