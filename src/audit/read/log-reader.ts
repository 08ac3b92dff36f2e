import type { Knex } from 'knex'
import { isUuid } from '../../connector/is-uuid.js'
import { BadUserInput, DialsError } from '../../errors.js'
import type { Viewer } from '../../identity/viewer.js'
import { type Entry, type Opening, openingText, type Phase } from '../entry.js'
import { inclusionRanges } from '../merkle/ranges.js'
import { hashesOfRanges, type ReadHashes, tileWidth } from '../merkle/stored-hashes.js'
import { bundleOf } from '../tiles/bundle.js'
import { parseCheckpoint, type TreeHead } from '../notes/checkpoint.js'
import { formatProof } from '../notes/tlog-proof.js'

/** The scope that opens the entries of everybody. */
export const auditScope = 'audit:read'

/** Which entries. All that are given have to hold. */
export interface AuditConditions {
  /** The organisation that asked, or whose entry it is. */
  readonly organisation?: string | null | undefined
  readonly spoke?: string | null | undefined
  readonly table?: string | null | undefined
  readonly purpose?: string | null | undefined
  readonly phase?: readonly Phase[] | null | undefined
  readonly transaction?: string | null | undefined
  readonly from?: Date | null | undefined
  /** Not included. */
  readonly to?: Date | null | undefined
}

/** A place in the list, as Cursor Connections have it. */
export interface AuditPlace {
  /** 0 to 100. Default: 50. */
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

/** An entry and where it stands in the log. */
export interface ReadEntry {
  readonly index: number
  readonly opening: Opening
}

/** A page of entries, the latest first. */
export interface AuditPage {
  readonly entries: readonly ReadEntry[]
  readonly totalCount: number
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
}

/** The signed state of the log. */
export interface SignedHead extends TreeHead {
  readonly note: string
}

const pageMax = 100

/** Reads the audit log of a hub. Each party sees its own entries; who has the scope `audit:read` sees all. */
export class LogReader {
  constructor(private readonly knex: Knex) {}

  /** The latest checkpoint. Null before the first entry. */
  async checkpoint(): Promise<SignedHead | null> {
    const row = await this.knex<{ note: string | null }>('audit_log').first('note')
    const note = row?.note ?? null
    return note === null ? null : { ...parseCheckpoint(note), note }
  }

  /** The public keys by which the log was signed, the newest first. */
  async verifierKeys(): Promise<string[]> {
    return this.knex('audit_keys').orderBy('since_size', 'desc').pluck<string[]>('verifier_key')
  }

  /** The latest checkpoints that spokes have cosigned. */
  async witnessed(): Promise<string[]> {
    return this.knex('audit_witnesses').whereNotNull('cosigned').orderBy('spoke').pluck<string[]>('cosigned')
  }

  /**
   * A page of the entries that a viewer may see.
   * @throws FORBIDDEN for a viewer who neither speaks for an organisation nor has the scope; BAD_USER_INPUT for a malformed place.
   */
  async page(viewer: Viewer, conditions: AuditConditions, { first, after }: AuditPlace): Promise<AuditPage> {
    const size = first ?? 50
    if (!Number.isInteger(size) || size < 0 || size > pageMax)
      throw new BadUserInput(`first has to be from 0 to ${pageMax}.`, { inputPath: ['first'] })
    const before = after === undefined || after === null ? undefined : indexOfCursor(after)
    const matching = () => conditioned(this.knex('audit_leaves').whereNotNull('body'), viewer, conditions)
    const rows = (await matching()
      .modify((query) => (before === undefined ? undefined : void query.where('index', '<', before)))
      .orderBy('index', 'desc')
      .limit(size + 1)
      .select('index', 'nonce', 'body')) as LeafRow[]
    const counted = (await matching().first({ total: this.knex.raw('count(*)') })) as unknown as { total: number }
    return {
      entries: rows.slice(0, size).map(readEntry),
      totalCount: counted.total,
      hasNextPage: rows.length > size,
      hasPreviousPage: before !== undefined,
    }
  }

  /** Proofs of entries, all against the latest checkpoint. */
  async proofs(entries: readonly ReadEntry[]): Promise<string[]> {
    const head = await this.checkpoint()
    if (head === null) return []
    const ranges = entries.map(({ index }) => inclusionRanges(index, head.size))
    const hashes = await hashesOfRanges(ranges.flat(), this.readHashes)
    let at = 0
    return entries.map(({ index, opening }, place) =>
      formatProof({
        extra: Buffer.from(openingText(opening)),
        index,
        path: hashes.slice(at, (at += (ranges[place] as unknown[]).length)),
        checkpoint: head.note,
      }),
    )
  }

  /**
   * A tile: hashes of one level, side by side (C2SP tlog-tiles). Undefined where the log has not that many.
   * @param width 256, or fewer for the last tile of a level.
   */
  async tile(level: number, tile: number, width: number): Promise<Buffer | undefined> {
    return this.#side(level === 0 ? 'audit_leaves' : 'audit_nodes', level, tile, width, 'hash')
  }

  /** An entry bundle: the commitments of leaves, each after its length (C2SP tlog-tiles). Undefined where the log has not that many. */
  async bundle(tile: number, width: number): Promise<Buffer | undefined> {
    const commitments = await this.#side('audit_leaves', 0, tile, width, 'commitment')
    return commitments && bundleOf(commitments)
  }

  /** The entries of a bundle that a viewer may see, in order. @throws FORBIDDEN as `page` does. */
  async openings(viewer: Viewer, tile: number): Promise<ReadEntry[]> {
    const rows = (await conditioned(this.knex('audit_leaves').whereNotNull('body'), viewer, {})
      .whereBetween('index', [tile * tileWidth, tile * tileWidth + tileWidth - 1])
      .orderBy('index')
      .select('index', 'nonce', 'body')) as LeafRow[]
    return rows.map(readEntry)
  }

  async #side(table: string, level: number, tile: number, width: number, column: string): Promise<Buffer | undefined> {
    const query = this.knex(table)
      .whereBetween('index', [tile * tileWidth, tile * tileWidth + width - 1])
      .orderBy('index')
    const values = await (level === 0 ? query : query.where({ level })).pluck<Buffer[]>(column)
    return values.length === width ? Buffer.concat(values) : undefined
  }

  /** The hashes that the log keeps. */
  readonly readHashes: ReadHashes = async (ranges) => {
    const read = new Map<string, Buffer>()
    for (const level of new Set(ranges.map((range) => range.level))) {
      const own = ranges.filter((range) => range.level === level)
      const rows = (await this.knex
        .raw(
          `select distinct held.index, held.hash from unnest(cast(:starts as bigint[]), cast(:ends as bigint[])) as wanted (first, beyond)
          join ${level === 0 ? 'audit_leaves' : 'audit_nodes'} as held on held.index >= wanted.first and held.index < wanted.beyond
          ${level === 0 ? '' : 'and held.level = :level'}`,
          { level, starts: own.map(({ start }) => start), ends: own.map(({ end }) => end) },
        )
        .then(({ rows }: { rows: unknown }) => rows)) as { index: number; hash: Buffer }[]
      for (const { index, hash } of rows) read.set(`${level}:${index}`, hash)
    }
    return ranges.map(({ level, start, end }) =>
      Array.from({ length: end - start }, (_, at) => {
        const hash = read.get(`${level}:${start + at}`)
        if (hash === undefined) throw new DialsError('AUDIT_UNAVAILABLE', 'The audit log lacks a hash that it should have.')
        return hash
      }),
    )
  }
}

interface LeafRow {
  readonly index: number
  readonly nonce: Buffer
  readonly body: string
}

function readEntry({ index, nonce, body }: LeafRow): ReadEntry {
  return { index, opening: { nonce: nonce.toString('base64'), entry: JSON.parse(body) as Entry } }
}

/** The cursor of an entry. */
export const cursorOfIndex = (index: number): string => Buffer.from(String(index)).toString('base64url')

function indexOfCursor(cursor: string): number {
  const text = Buffer.from(cursor.slice(0, 100), 'base64url').toString()
  if (/^(0|[1-9]\d{0,15})$/.test(text) && cursorOfIndex(Number(text)) === cursor) return Number(text)
  throw new BadUserInput('after has to be a cursor of this list, as pageInfo.endCursor gives it.', { inputPath: ['after'] })
}

function conditioned(
  query: Knex.QueryBuilder,
  { scopes, organisation: own }: Viewer,
  { organisation, spoke, table, purpose, phase, transaction, from, to }: AuditConditions,
): Knex.QueryBuilder {
  if (!scopes.includes(auditScope)) {
    if (own === undefined)
      throw new DialsError('FORBIDDEN', `This needs a token that speaks for an organisation, or one with the scope ${auditScope}.`)
    void query.where('party', own)
  }
  const given = <T>(value: T | null | undefined, add: (value: T) => unknown) =>
    value === null || value === undefined ? undefined : void add(value)
  given(organisation, (id) => query.where((either) => either.where('organisation', id).orWhere('party', id)))
  given(spoke, (id) => query.whereRaw('spokes @> array[?]::text[]', [id]))
  given(table, (id) => query.whereRaw('tables @> array[?]::text[]', [id]))
  given(purpose, (iri) => query.where({ purpose: iri }))
  given(phase, (phases) => query.whereIn('phase', [...phases]))
  given(transaction, (id) => (isUuid(id.toLowerCase()) ? query.where({ transaction: id }) : query.whereRaw('false')))
  given(from, (time) => query.where('time', '>=', time))
  given(to, (time) => query.where('time', '<', time))
  return query
}
