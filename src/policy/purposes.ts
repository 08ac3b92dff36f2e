import { z } from 'zod'

/** A purpose of use: an IRI in a hierarchy (W3C DPV, skos:broader). */
export const purposeSchema = z.strictObject({
  iri: z.string().min(1).max(500),
  label: z.string().min(1).max(200),
  description: z.string().min(1).max(2000).nullable().default(null),
  /** IRIs of the purposes that it is a part of. */
  broader: z.array(z.string().max(500)).max(20).default([]),
})
/** Inferred from its schema. */
export type Purpose = z.infer<typeof purposeSchema>

/** Purposes by IRI. */
export type PurposeTree = ReadonlyMap<string, Purpose>

/** Whether what is allowed for one purpose is allowed for another: for itself, and for all that are narrower. A purpose that nobody knows covers nothing. */
export function covers(tree: PurposeTree, granted: string, confirmed: string): boolean {
  const seen = new Set<string>()
  const waiting = tree.has(confirmed) ? [confirmed] : []
  for (let iri = waiting.pop(); iri !== undefined; iri = waiting.pop()) {
    if (iri === granted) return true
    if (seen.has(iri)) continue
    seen.add(iri)
    waiting.push(...(tree.get(iri)?.broader ?? []))
  }
  return false
}
