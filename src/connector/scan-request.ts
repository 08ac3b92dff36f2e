import { z } from 'zod'
import { relationSchema } from './relation-schema.js'

/** The largest request of a scan, in bytes. A spoke reads no more, and a hub sends no more. */
export const scanRequestBytesMax = 16 * 1024 * 1024

/** What a hub posts to a spoke's `/scans`. The token's `op_sha256` is the SHA-256 of these bytes. */
export const scanRequestSchema = z.strictObject({
  relation: relationSchema,
  rowsMax: z.number().int().min(1),
  bytesMax: z.number().int().min(1),
  /** How long the hub waits, in milliseconds. */
  timeoutMs: z.number().int().min(1).max(600_000),
  /** The agreements that the scan rests on: see ScanGrant. */
  grant: z
    .strictObject({
      purpose: z.string().min(1).max(500),
      agreements: z
        .array(
          z.strictObject({
            canonical: z.string().max(1024 * 1024),
            signatures: z.array(z.strictObject({ organisation: z.string().max(60), jws: z.string().max(2 * 1024 * 1024) })).max(101),
          }),
        )
        .max(200),
    })
    .optional(),
  /** Proves that the query is in the audit log of the hub: see ScanAudit. */
  proof: z.string().max(scanRequestBytesMax).optional(),
  /** Stands in the place of a proof where the hub only counts: then only what is open to everybody is read. */
  counted: z.literal(true).optional(),
})
/** Inferred from its schema. */
export type ScanRequest = z.infer<typeof scanRequestSchema>

/** The last frame of a scan. Unknown fields, which a newer spoke may send, are ignored. */
export const scanReportSchema = z.object({
  rows: z.number().int().min(0).optional(),
  truncated: z.boolean(),
  version: z.string().max(200).optional(),
  asOf: z.iso.datetime({ offset: true }).optional(),
  stale: z
    .array(z.strictObject({ table: z.string().max(250), reason: z.string().max(2000) }))
    .max(1000)
    .optional(),
  totals: z
    .array(z.strictObject({ table: z.string().max(250), totals: z.enum(['SET_ASIDE', 'AMONG_ROWS']) }))
    .max(1000)
    .optional(),
})

/** An error frame, or the body of an HTTP error. */
export const scanErrorSchema = z.object({ code: z.string().max(60), message: z.string().max(2000) })
