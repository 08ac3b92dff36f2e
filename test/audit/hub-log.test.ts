import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonical, commitmentOf, type Opening, parseOpening } from '../../src/audit/entry.js'
import { adminDraft, type Draft } from '../../src/audit/log/draft.js'
import { HubLog } from '../../src/audit/log/hub-log.js'
import { LogKeyFile } from '../../src/audit/log/log-keys.js'
import { parseVerifierKey } from '../../src/audit/notes/keys.js'
import { parseProof, verifyProof } from '../../src/audit/notes/tlog-proof.js'
import { type FreshDatabase, freshDatabase, quiet } from '../support/postgres.js'

let database: FreshDatabase
let folder: string

beforeAll(async () => {
  database = await freshDatabase()
  folder = await mkdtemp(join(tmpdir(), 'seven-dials-audit-'))
})

afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

const origin = 'hub.example/audit'
const keyFile = () => join(folder, 'audit-keys.json')
const hub = () => new HubLog(database.knex, new LogKeyFile(keyFile(), origin), '0.0.0', quiet)
const draft = (kind: string): Draft => ({
  ...adminDraft(kind, { kind }),
  phase: 'INTENT',
  part: 'REQUESTER',
  party: 'camden',
  actor: { issuer: 'https://idp', subject: 'ann' },
})
const verifierKeys = async () => ((await database.knex('audit_keys').pluck('verifier_key')) as string[]).map(parseVerifierKey)

/** Verifies a proof from its text alone. */
async function verified(text: string) {
  const proof = parseProof(text)
  const opening = parseOpening(String(proof.extra)) as Opening
  return { head: verifyProof(proof, commitmentOf(opening), await verifierKeys()), opening }
}

describe('the log of a hub', () => {
  it('proves each entry of many that are appended at once, by two hubs of one database', async () => {
    await new LogKeyFile(keyFile(), origin).open()
    const hubs = [hub(), hub()]
    await hubs[0]?.append([adminDraft('start', {})])
    const appended = (
      await Promise.all(Array.from({ length: 60 }, (_, at) => hubs[at % 2]!.append([draft(`one ${at}`), draft(`two ${at}`)])))
    ).flat()
    expect(new Set(appended.map(({ index }) => index)).size).toBe(120)
    for (const one of appended) {
      const { opening, head } = await verified(one.proof())
      expect(opening).toEqual(one.opening)
      expect(head.origin).toBe(origin)
      expect(one.proof().length).toBeLessThan(4000)
    }
    const { size } = (await database.knex('audit_log').first('size')) as { size: number }
    expect(Number(size)).toBe(122)
    const kinds = appended.map(({ opening }) => opening.entry.kind)
    expect(kinds.slice(0, 2)).toEqual(['one 0', 'two 0'])
  })

  it('keeps what proves and what can be erased apart, and holds no subject', async () => {
    const rows = await database.knex('audit_leaves').select('commitment', 'nonce', 'body')
    for (const { commitment, nonce, body } of rows as { commitment: Buffer; nonce: Buffer; body: string }[]) {
      expect(body).not.toContain('ann')
      expect(commitmentOf({ nonce: nonce.toString('base64'), entry: JSON.parse(body) }).equals(commitment)).toBe(true)
      expect(canonical(JSON.parse(body))).toBe(body)
    }
  })

  it('is refused without its key, or with another, and goes on by itself once the key is back', async () => {
    const kept = await readFile(keyFile(), 'utf8')
    await rm(keyFile())
    const restarted = hub()
    await expect(restarted.append([draft('x')])).rejects.toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
      message: expect.stringContaining('missing'),
    })
    const other = new LogKeyFile(join(folder, 'other.json'), origin)
    await other.open()
    await expect(new HubLog(database.knex, other, '0', quiet).append([draft('x')])).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
    await (await import('node:fs/promises')).writeFile(keyFile(), kept)
    await verified((await restarted.append([draft('x')]))[0]!.proof())
  })

  it('signs where its key changes with both keys, and says so', async () => {
    const before = await verifierKeys()
    const old = (await hub().append([draft('before')]))[0]!.proof()
    await new LogKeyFile(keyFile(), origin).rotate()
    const first = (await hub().append([draft('after')]))[0]!.proof()
    const later = (await hub().append([draft('later')]))[0]!.proof()
    const both = await verifierKeys()
    expect(both.length).toBe(before.length + 1)
    await verified(old)
    const opened = (text: string) => commitmentOf(parseOpening(String(parseProof(text).extra)) as Opening)
    verifyProof(parseProof(first), opened(first), before)
    expect(() => verifyProof(parseProof(later), opened(later), before)).toThrow('no known key')
    await verified(later)
    const admin = await database.knex('audit_leaves').where({ phase: 'ADMIN' }).orderBy('index', 'desc').first('body')
    expect(JSON.parse((admin as { body: string }).body)).toMatchObject({ kind: 'key', party: null })
  })

  it('refuses while the clock is behind its last entry, and recovers', async () => {
    const log = hub()
    await database.knex('audit_log').update({ last_time: new Date(Date.now() + 60_000) })
    await expect(log.append([draft('early')])).rejects.toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
      message: expect.stringContaining('clock'),
    })
    await database.knex('audit_log').update({ last_time: new Date() })
    await log.append([draft('again')])
  })

  it('refuses where the database is read-only, and says so', async () => {
    const { connect } = await import('../../src/database/connect.js')
    const knex = connect(await database.reader(), { log: quiet, embedded: true })
    try {
      await expect(new HubLog(knex, new LogKeyFile(keyFile(), origin), '0', quiet).append([adminDraft('x', {})])).rejects.toMatchObject({
        code: 'AUDIT_UNAVAILABLE',
      })
    } finally {
      await knex.destroy()
    }
  })
})
