import { Arg, Ctx, Directive, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import { entryText, type Phase } from '../../audit/entry.js'
import { cursorOfIndex, type ReadEntry } from '../../audit/read/log-reader.js'
import { connectionOf } from '../connection.js'
import type { Context } from '../context.js'
import { AuditConnection, AuditEntry, AuditFilter, Checkpoint, Receipt } from '../types/audit.js'

/** An entry as the graph has it, and what its receipt is made from. */
interface Shown extends AuditEntry {
  readonly read: ReadEntry
}

@Resolver()
export class AuditResolver {
  @Directive('@authenticated')
  @Query(() => AuditConnection, {
    nullable: true,
    description:
      'What was asked of whose data, the latest first. An organisation sees the entries about its own data and its own people; the scope audit:read ' +
      'opens those of everybody. Refused to a token that speaks for no organisation',
  })
  async auditLog(
    @Arg('filter', () => AuditFilter, { nullable: true, description: 'Absent: all entries' }) filter: AuditFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: 'Entries on the page, 0 to 100' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'pageInfo.endCursor of the page before. Absent: the first page' })
    after: string | null,
    @Ctx() { audit, viewer }: Context,
  ) {
    const conditions = { ...filter, phase: filter?.phase as Phase[] | null | undefined }
    const page = await audit.page(viewer, conditions, { first, after })
    const cursors = page.entries.map(({ index }) => cursorOfIndex(index))
    return connectionOf(page.entries.map(shown), cursors, page)
  }

  @Directive('@public')
  @Query(() => Checkpoint, {
    nullable: true,
    description:
      'The latest signed state of the audit log: keep it, and a later one proves that nothing was changed. null before the first entry',
  })
  async checkpoint(@Ctx() { audit }: Context) {
    const head = await audit.checkpoint()
    if (head === null) return null
    const [verifierKeys, witnessed] = await Promise.all([audit.verifierKeys(), audit.witnessed()])
    return { ...head, rootHash: head.root.toString('base64'), verifierKeys, witnessed }
  }
}

@Resolver(() => AuditEntry)
export class AuditEntryResolver {
  @FieldResolver(() => Receipt, { description: 'Proof that it is in the log, against the latest checkpoint' })
  async receipt(@Root() { read }: Shown, @Ctx() { auditProof }: Context) {
    return { transaction: read.opening.entry.transaction, leafIndex: read.index, proof: await auditProof.load(read) }
  }
}

function shown(read: ReadEntry): Shown {
  const { index, opening } = read
  const { tables, operationSha256, resultSha256, ...entry } = opening.entry
  const uses = tables.flatMap(({ table, columns }) => columns.map((column) => ({ table, ...column })))
  return {
    ...entry,
    index,
    read,
    uses,
    tables: tables.map(({ table }) => table),
    columns: [...new Set(uses.map(({ column }) => column))],
    operationDigest: operationSha256,
    resultDigest: resultSha256,
    nonce: opening.nonce,
    canonical: entryText(opening.entry),
  }
}
