import type { Knex } from 'knex'
import type { Log } from '../../connector/source.js'
import { databaseError } from '../../database/database-error.js'
import { DialsError, Reason, toDialsError } from '../../errors.js'
import { commitmentOf, entryText, type Opening } from '../entry.js'
import { GrowingTree } from '../merkle/growing-tree.js'
import { leafHash } from '../merkle/hash.js'
import { tileHeight } from '../merkle/stored-hashes.js'
import { signCheckpoint } from '../notes/checkpoint.js'
import { formatVerifierKey } from '../notes/keys.js'
import { Actors } from './actors.js'
import { adminDraft, type Draft, openingOf } from './draft.js'
import { GroupCommit, type When } from './group-commit.js'
import type { LogKeyFile, LogKeys } from './log-keys.js'
import { type Appended, appended } from './proof-of.js'

/** Milliseconds by which the clock may go back: those of two hubs of one log differ a little. */
const backMsMax = 5_000

interface Head {
  readonly size: number
  readonly peaks: Buffer
  readonly last_ms: number | null
  readonly verifier_key: string | null
}

/** The audit log of a hub, in its database. Hubs of one database append to one log, one after the other. */
export class HubLog {
  readonly #commits: GroupCommit<Draft, Appended>
  readonly #actors: Actors
  /** Where this hub has appended last. Undefined: not yet, or somebody else has since, or it failed. */
  #head: Head | undefined

  constructor(
    private readonly knex: Knex,
    private readonly keys: LogKeyFile,
    private readonly software: string,
    private readonly log: Log,
  ) {
    this.#commits = new GroupCommit((drafts) => this.#write(drafts))
    this.#actors = new Actors(knex)
  }

  /**
   * Appends entries. Resolves once they are durable: committed, and flushed to the disk of the database.
   * @throws AUDIT_UNAVAILABLE where they are not. They may be in the log all the same, if the database ended at the wrong moment.
   */
  append(drafts: readonly Draft[], when: When = 'now'): Promise<Appended[]> {
    return this.#commits.add(drafts, when)
  }

  /** Resolves once nothing waits to be written. */
  settled(): Promise<void> {
    return this.#commits.settled()
  }

  async #write(drafts: readonly Draft[]): Promise<Appended[]> {
    try {
      const pseudonyms = await this.#actors.keysOf(
        drafts.flatMap(({ actor }) => (actor === null || typeof actor === 'string' ? [] : [actor])),
      )
      // Where no other hub has appended since, one message is enough. It takes the lock too, and does nothing where the log has grown.
      const at = this.#head
      this.#head = undefined
      const quick = at && (await this.#append(this.knex, at, drafts, pseudonyms))
      if (quick !== undefined) return quick
      return await this.knex.transaction(async (transaction) => {
        // One lock for all hubs: the row of the head.
        const appended = await this.#append(transaction, await headOf(transaction), drafts, pseudonyms)
        if (appended === undefined) throw new Reason('the row of the audit log changed while it was locked')
        return appended
      })
    } catch (thrown) {
      throw this.#unavailable(thrown)
    }
  }

  /** Appends to the log as it was then. Undefined where it is not as it was: nothing was written. */
  async #append(database: Knex, head: Head, asked: readonly Draft[], actors: ReadonlyMap<string, Buffer>): Promise<Appended[] | undefined> {
    const signedBy = head.verifier_key ?? undefined
    const keys = await this.keys.keysOf(signedBy)
    const verifierKey = formatVerifierKey(keys.newest)
    const drafts = signedBy === verifierKey ? asked : [...asked, keyDraft(keys, signedBy)]
    const time = timeAfter(head)
    const tree = new GrowingTree({ size: head.size, peaks: split(head.peaks) })
    const leaves = drafts.map((draft) => {
      const opening = this.#opened(draft, time, actors)
      const commitment = commitmentOf(opening)
      const hash = leafHash(commitment)
      return { index: tree.append(hash), opening, commitment, hash }
    })
    // The checkpoint where the key changes is signed by both, so that who trusts the old one learns of the new one.
    const before = keys.earlier.filter((key) => formatVerifierKey(key) === head.verifier_key)
    const note = signCheckpoint({ origin: this.keys.origin, size: tree.size, root: tree.root() }, keys.newest, ...before)
    const rows = leaves.map(({ index, opening: { nonce, entry }, commitment, hash }) => ({
      index,
      commitment: commitment.toString('hex'),
      hash: hash.toString('hex'),
      phase: entry.phase,
      part: entry.part,
      party: entry.party,
      organisation: entry.organisation,
      purpose: entry.purpose,
      transaction: entry.transaction,
      spokes: entry.spokes,
      tables: entry.tables.map(({ table }) => table),
      nonce: Buffer.from(nonce, 'base64').toString('hex'),
      body: entryText(entry),
    }))
    const nodes = tree.completed
      .filter(({ height }) => height > 0 && height % tileHeight === 0)
      .map(({ height, index, hash }) => ({ level: height / tileHeight, index, hash: Buffer.from(hash).toString('hex') }))
    const peaks = Buffer.concat(tree.edge().peaks)
    const { rowCount } = (await database.raw(appendSql, {
      leaves: JSON.stringify(rows),
      nodes: JSON.stringify(nodes),
      time,
      size: tree.size,
      peaks,
      note,
      old: head.size,
      oldPeaks: head.peaks,
      key: verifierKey,
    })) as { rowCount: number }
    if (rowCount === 0) return undefined
    this.#head = { size: tree.size, peaks, last_ms: Date.parse(time), verifier_key: verifierKey }
    return leaves.slice(0, asked.length).map(({ index, opening }) => appended(tree, index, opening, note))
  }

  #opened(draft: Draft, time: string, keys: ReadonlyMap<string, Buffer>): Opening {
    const { actor } = draft
    const pseudonym = actor === null || typeof actor === 'string' ? actor : this.#actors.pseudonymOf(actor, draft.party, keys)
    return openingOf(draft, { time, software: this.software, actor: pseudonym })
  }

  #unavailable(thrown: unknown): DialsError {
    this.log.error({ err: thrown }, 'the audit log cannot be written: nothing is read until it can')
    if (thrown instanceof DialsError && thrown.code === 'AUDIT_UNAVAILABLE') return thrown
    const known = toDialsError(databaseError(thrown))
    const why = known.code === 'INTERNAL_SERVER_ERROR' ? 'Its operator finds the reason in the log of the hub.' : known.message
    return new DialsError('AUDIT_UNAVAILABLE', `The audit log cannot be written, so no data are read. ${why}`, { cause: thrown })
  }
}

async function headOf(transaction: Knex.Transaction): Promise<Head> {
  const { rows } = (await transaction.raw(
    `select size, peaks, verifier_key, (case when last_time = '-infinity' then null else extract(epoch from last_time) * 1000 end)::float8 as last_ms
    from audit_log for update`,
  )) as { rows: Head[] }
  const [head] = rows
  if (head === undefined) throw new Reason('the row of the audit log is gone from the table audit_log')
  return head
}

/** Now, and never before the last entry. @throws AUDIT_UNAVAILABLE where the clock has gone back by more than clocks differ. */
function timeAfter({ last_ms }: Head): string {
  const now = Date.now()
  const last = last_ms ?? now
  if (last - now > backMsMax) {
    throw new DialsError(
      'AUDIT_UNAVAILABLE',
      `The clock of the hub is ${Math.round((last - now) / 1000)} seconds behind the last entry of the audit log. No data are read until it is right again.`,
    )
  }
  return new Date(Math.max(now, last)).toISOString()
}

function split(peaks: Buffer): Buffer[] {
  return Array.from({ length: peaks.length / 32 }, (_, at) => peaks.subarray(at * 32, at * 32 + 32))
}

/** Tells that the log has a new key. */
function keyDraft({ newest }: LogKeys, signedBy: string | undefined): Draft {
  return {
    ...adminDraft('key', { before: signedBy ?? null, now: formatVerifierKey(newest) }),
    reasons: [`The log is signed by ${formatVerifierKey(newest)}.`],
  }
}

// Flushed before it is answered, whatever the database's setting is: it is read when the statement's own transaction ends.
const appendSql = `
with head as (
  update audit_log set size = :size, peaks = :peaks, last_time = :time, verifier_key = :key, note = :note
  where size = :old and peaks = :oldPeaks and last_time <= :time
  returning set_config('synchronous_commit', 'on', true)
), leaves as (
  insert into audit_leaves (index, commitment, hash, time, phase, part, party, organisation, purpose, transaction, spokes, tables, nonce, body)
  select index, decode(commitment, 'hex'), decode(hash, 'hex'), cast(:time as timestamptz), phase, part, party, organisation, purpose, transaction,
    array(select jsonb_array_elements_text(spokes)), array(select jsonb_array_elements_text(tables)), decode(nonce, 'hex'), body
  from jsonb_to_recordset(cast(:leaves as jsonb)) as leaf (index bigint, commitment text, hash text, phase text, part text, party text,
    organisation text, purpose text, transaction uuid, spokes jsonb, tables jsonb, nonce text, body text), head
), nodes as (
  insert into audit_nodes (level, index, hash)
  select level, index, decode(hash, 'hex') from jsonb_to_recordset(cast(:nodes as jsonb)) as node (level smallint, index bigint, hash text), head
), checkpoints as (
  insert into audit_checkpoints (size, note, time) select :size, :note, :time from head
), keys as (
  insert into audit_keys (verifier_key, since_size, time) select :key, :old, :time from head on conflict do nothing
)
select from head`
