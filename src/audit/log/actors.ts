import { createHmac, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Person } from './draft.js'

/** Milliseconds after which keys are read again: by then an erased one is forgotten here too. */
const cachedMs = 60_000

/**
 * Pseudonyms of those who ask. Each person has a key of their own, made when they first ask; without it nobody can tell whose a pseudonym
 * is. Each party gets another pseudonym, so that two of them cannot join what they know.
 */
export class Actors {
  #cached = new Map<string, Buffer>()
  #cachedUntil = 0

  constructor(private readonly knex: Knex) {}

  /** The keys of these people, by `nameOf`. */
  async keysOf(people: readonly Person[]): Promise<ReadonlyMap<string, Buffer>> {
    if (Date.now() > this.#cachedUntil) {
      this.#cached = new Map()
      this.#cachedUntil = Date.now() + cachedMs
    }
    const missing = new Map(people.filter((person) => !this.#cached.has(nameOf(person))).map((person) => [nameOf(person), person]))
    for (const [name, { issuer, subject }] of missing) {
      const { rows } = (await this.knex.raw(
        `with made as (insert into audit_actors (issuer, subject, key) values (:issuer, :subject, :key) on conflict do nothing returning key)
        select key from made union all select key from audit_actors where issuer = :issuer and subject = :subject`,
        { issuer, subject, key: randomBytes(32) },
      )) as { rows: { key: Buffer }[] }
      const key = rows[0]?.key
      if (key !== undefined) this.#cached.set(name, key)
    }
    return new Map(people.map((person) => [nameOf(person), this.#cached.get(nameOf(person)) as Buffer]))
  }

  /** The pseudonym of a person for one party. */
  pseudonymOf(person: Person, party: string | null, keys: ReadonlyMap<string, Buffer>): string | null {
    const key = keys.get(nameOf(person))
    if (key === undefined) return null
    return createHmac('sha256', key)
      .update(JSON.stringify([party]))
      .digest('base64url')
      .slice(0, 22)
  }
}

const nameOf = ({ issuer, subject }: Person) => JSON.stringify([issuer, subject])
