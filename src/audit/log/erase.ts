import type { Knex } from 'knex'

/** What is to be erased: entries, or the key of a person's pseudonyms. */
export type Erasure = { readonly before: Date } | { readonly transaction: string } | { readonly issuer: string; readonly subject: string }

/**
 * Erases nonces and entries, or the key of a person's pseudonyms. Commitments and hashes stay, so that every proof goes on to hold.
 * @param really false: it is only counted. @returns how many.
 */
export async function erase(knex: Knex, what: Erasure, really: boolean): Promise<number> {
  const chosen = () => {
    if ('subject' in what) return knex('audit_actors').where({ issuer: what.issuer, subject: what.subject })
    const entries = knex('audit_leaves').whereNotNull('body')
    return 'before' in what ? entries.where('time', '<', what.before) : entries.where({ transaction: what.transaction })
  }
  if (!really) return Number(((await chosen().count({ total: '*' })) as { total: number }[])[0]?.total ?? 0)
  if ('subject' in what) return chosen().delete()
  return chosen().update({ nonce: null, body: null, organisation: null, purpose: null, spokes: [], tables: [] })
}
