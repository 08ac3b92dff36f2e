import { z } from 'zod'

const revision = z.string().max(100)

/** The query of a hub's request for the changes of a spoke's catalogue: the revision that it knows. */
export const changesQuerySchema = z.object({ since: revision.optional().catch(undefined) })

/** A spoke's answer to it. */
export const changesSchema = z.object({ revision })
/** Inferred from its schema. */
export type Changes = z.infer<typeof changesSchema>

/** What the token of such a request is for: it has no body. */
export const changesOperation = (since: string | undefined): string => `changes since ${since ?? ''}`
