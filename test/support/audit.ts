import { generateKeyPairSync } from 'node:crypto'
import type { Auditor } from '../../src/audit/auditor.js'
import { commitmentOf } from '../../src/audit/entry.js'
import { adminDraft, type Draft, openingOf } from '../../src/audit/log/draft.js'
import { type Appended, appended } from '../../src/audit/log/proof-of.js'
import { LogAuditor } from '../../src/audit/log-auditor.js'
import { GrowingTree } from '../../src/audit/merkle/growing-tree.js'
import { leafHash } from '../../src/audit/merkle/hash.js'
import { signCheckpoint } from '../../src/audit/notes/checkpoint.js'
import { signerKey } from '../../src/audit/notes/keys.js'
import { auditJwks } from '../../src/cli/audit-keys.js'
import type { Relation } from '../../src/connector/relation.js'
import type { ScanAudit } from '../../src/connector/source.js'
import { scansOf } from '../../src/connector/traverse.js'

/** The key of the audit log of tests. */
export const testAuditKey = signerKey('hub.test/audit', generateKeyPairSync('ed25519').privateKey)
const key = testAuditKey

/** The key of the audit log of tests, as a spoke pins it. */
export const testAuditJwks = auditJwks([key])

/** A log in memory: its proofs are real. */
export class MemoryLog {
  readonly entries: Appended[] = []
  append(drafts: readonly Draft[]): Promise<Appended[]> {
    return Promise.resolve(this.appendNow(drafts))
  }

  appendNow(drafts: readonly Draft[]): Appended[] {
    const time = new Date().toISOString()
    const openings = drafts.map((draft) => openingOf(draft, { time, software: '0.0.0', actor: null }))
    // A proof is of the tree as it is now, so each batch has a tree of its own.
    const tree = new GrowingTree({ size: 0, peaks: [] })
    for (const { opening } of this.entries) tree.append(leafHash(commitmentOf(opening)))
    const places = openings.map((opening) => tree.append(leafHash(commitmentOf(opening))))
    const note = signCheckpoint({ origin: key.name, size: tree.size, root: tree.root() }, key)
    const added = openings.map((opening, at) => appended(tree, places[at] as number, opening, note))
    this.entries.push(...added)
    return added
  }
}

/** An auditor over a log in memory, and that log. */
export function memoryAuditor(): { auditor: Auditor; log: MemoryLog } {
  const log = new MemoryLog()
  return { log, auditor: new LogAuditor(log, { info: () => undefined, warn: () => undefined, error: () => undefined }) }
}

/** What a hub records of a query that reads just that. @param more what else is said of the query. */
export function intentOf(relation: unknown, spokeId = 'camden', more: Partial<Draft> = {}): Draft {
  const scans = [...scansOf(relation as Relation)]
  return {
    ...adminDraft('query', {}),
    phase: 'INTENT',
    part: 'DISCLOSER',
    tables: scans.map(({ table, columns }) => ({
      table: `${spokeId}/${table}`,
      columns: columns.map(({ name }) => ({ column: name, uses: ['SELECT'] as const })) as never,
    })),
    spokes: [spokeId],
    ...more,
  }
}

/** Proves a scan to a spoke, as a hub does whose query reads just that. @param more what else is said of the query. */
export function auditOf(relation: unknown, spokeId = 'camden', more: Partial<Draft> = {}): ScanAudit {
  return { proof: (new MemoryLog().appendNow([intentOf(relation, spokeId, more)])[0] as Appended).proof() }
}
