import { z } from 'zod'
import { type Purpose, purposeSchema, type PurposeTree } from './purposes.js'

/** A vocabulary that contradicts itself. The message says where. */
export class VocabularyError extends Error {}

const purposesSchema = z.array(purposeSchema).min(1).max(10_000)

/**
 * A tree of purposes from lists of them, as files hold them.
 * @throws VocabularyError for another form, a purpose that stands twice, a broader one that is not there, and a circle.
 */
export function purposeTree(...lists: readonly unknown[]): PurposeTree {
  const tree = new Map<string, Purpose>()
  for (const list of lists) {
    const read = purposesSchema.safeParse(list)
    if (!read.success) throw new VocabularyError(`is no list of purposes: ${read.error.issues[0]?.path.join('.') ?? ''}`)
    for (const purpose of read.data) {
      if (tree.has(purpose.iri)) throw new VocabularyError(`has the purpose ${purpose.iri} twice`)
      tree.set(purpose.iri, purpose)
    }
  }
  for (const { iri, broader } of tree.values()) {
    const missing = broader.find((other) => !tree.has(other))
    if (missing !== undefined) throw new VocabularyError(`says that ${iri} is narrower than ${missing}, which is not there`)
  }
  for (const iri of tree.keys()) checkNoCircle(tree, iri)
  return tree
}

function checkNoCircle(tree: PurposeTree, start: string): void {
  const seen = new Set<string>()
  const waiting = [...(tree.get(start)?.broader ?? [])]
  for (let iri = waiting.pop(); iri !== undefined; iri = waiting.pop()) {
    if (iri === start) throw new VocabularyError(`says that ${start} is narrower than itself`)
    if (seen.has(iri)) continue
    seen.add(iri)
    waiting.push(...(tree.get(iri)?.broader ?? []))
  }
}
