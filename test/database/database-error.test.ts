import { afterEach, describe, expect, it } from 'vitest'
import { createServer, type AddressInfo, type Server, type Socket, connect as dial } from 'node:net'
import { inject } from 'vitest'
import { databaseError } from '../../src/database/database-error.js'
import { openDatabase } from '../../src/database/open-database.js'
import { BadUserInput } from '../../src/errors.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'

describe('databaseError', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', '08006', '28P01', '3D000', '53300', '57P01', '57P03'])(
    'takes %s for a database that cannot be reached',
    (code) => {
      const thrown = Object.assign(new Error('secret'), { code })
      expect(databaseError(thrown)).toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.not.stringContaining('secret'),
        cause: thrown,
      })
    },
  )

  it.each([
    new Error('anything'),
    Object.assign(new Error('a bug'), { code: '42601' }),
    Object.assign(new Error('twice'), { code: '23505' }),
    new BadUserInput('no'),
    'text',
    null,
  ])('leaves %s as it is', (thrown) => expect(databaseError(thrown)).toBe(thrown))
})

/** The run's server behind a line that can be cut. */
class Line {
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  port = 0

  async join(): Promise<void> {
    const { port } = new URL(inject('postgresUrl'))
    this.#server = createServer((near) => {
      const far = dial(Number(port), '127.0.0.1')
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket))
      }
      near.pipe(far).pipe(near)
    })
    await new Promise<void>((resolve) => this.#server?.listen(this.port, '127.0.0.1', resolve))
    this.port = (this.#server.address() as AddressInfo).port
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

describe('a database that goes away', () => {
  const line = new Line()
  let database: FreshDatabase
  afterEach(async () => {
    await line.cut()
    await database.drop()
  })

  it('is an error of its own while it is away, for idle and busy connections, and comes back by itself', async () => {
    database = await freshDatabase()
    await line.join()
    const url = new URL(database.url)
    url.port = String(line.port)
    const { knex, close } = await openDatabase({ url: url.href, dataFolder: '.', log: quiet })
    const answer = () => knex.raw('select 1 as n').then(({ rows }) => rows, databaseError)

    await Promise.all(Array.from({ length: 5 }, () => knex.raw('select pg_sleep(0.01)')))
    const running: Promise<unknown> = knex.raw('select pg_sleep(30)').then(() => undefined, databaseError)
    await knex.raw('select 1')
    await line.cut()
    expect(await running).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(await Promise.all([answer(), answer()])).toMatchObject([{ code: 'SOURCE_UNAVAILABLE' }, { code: 'SOURCE_UNAVAILABLE' }])
    await line.join()
    expect(await answer()).toEqual([{ n: 1 }])
    await close()
  })
})
