import { z } from 'zod'
import { relationSchema } from './relation-schema.js'

/** What a hub posts to a spoke's `/scans`. The token's `op_sha256` is the SHA-256 of these bytes. */
export const scanRequestSchema = z.strictObject({
  relation: relationSchema,
  rowsMax: z.number().int().min(1),
  bytesMax: z.number().int().min(1),
  /** How long the hub waits, in milliseconds. */
  timeoutMs: z.number().int().min(1).max(600_000),
  /** The viewer's own token. The spoke verifies it against the issuers that it pins and decides access again, whatever the hub decided. */
  viewerToken: z.string().max(8192).optional(),
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
})

/** An error frame, or the body of an HTTP error. */
export const scanErrorSchema = z.object({ code: z.string().max(60), message: z.string().max(2000) })
