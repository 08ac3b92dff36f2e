import { z } from 'zod'

/** The largest body of an exchange, in bytes. */
export const exchangeBytesMax = 1024 * 1024

const note = z.string().max(200_000)

/** What a hub sends to a spoke, for each to be the witness of the other's log. A spoke that nobody can reach is witnessed so, too. */
export const exchangeRequestSchema = z.strictObject({
  /** The hub's checkpoint: the body of add-checkpoint (C2SP tlog-witness). */
  hub: note,
  /** The size of the spoke's log that the hub has seen last. */
  old: z.number().int().min(0),
})
/** Inferred from its schema. */
export type ExchangeRequest = z.infer<typeof exchangeRequestSchema>

/** What the spoke answers. */
export const exchangeAnswerSchema = z.object({
  /** The line of its cosignature (C2SP tlog-cosignature). Null where it did not sign. */
  cosignature: note.nullable(),
  /** The size of the hub's log that it has seen last: the proof has to begin there. */
  seen: z.number().int().min(0),
  /** Why it has stopped to answer this hub. Null where it has not. */
  stopped: z.string().max(2000).nullable(),
  /** Its own checkpoint, in the same form. */
  spoke: note,
  /** Its verifier key as a witness, and that of its log. */
  witnessKey: note,
  logKey: note,
})
/** Inferred from its schema. */
export type ExchangeAnswer = z.infer<typeof exchangeAnswerSchema>
