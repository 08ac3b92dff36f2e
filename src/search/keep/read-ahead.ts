import type { Knex } from 'knex'
import { readDocuments } from '../documents.js'
import type { SearchDocument } from '../port.js'

/** Datasets that are written together. */
const pieceSize = 1_000

/** Some ids, and the documents of those that anyone may find. */
interface Piece {
  readonly ids: readonly string[]
  readonly documents: readonly SearchDocument[]
}

/** Pieces of the catalogue; the next is read while one is written. */
export async function* readAhead(knex: Knex, ids: readonly string[]): AsyncGenerator<Piece> {
  const read = (from: number): Promise<Piece> | undefined => {
    const some = ids.slice(from, from + pieceSize)
    if (some.length === 0) return undefined
    const piece = readDocuments(knex, some).then((documents) => ({ ids: some, documents }))
    // If writing fails, nobody awaits this promise.
    piece.catch(() => undefined)
    return piece
  }
  let next = read(0)
  for (let from = pieceSize; next !== undefined; from += pieceSize) {
    const piece = await next
    next = read(from)
    yield piece
  }
}
