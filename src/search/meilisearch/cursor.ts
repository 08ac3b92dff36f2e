import { createHash } from 'node:crypto'
import { BadUserInput } from '../../errors.js'
import type { SearchRequest } from '../port.js'

/**
 * Where a walk through the hits of one question is: marks of all that it has shown. They change with no other document, and tell of no
 * other.
 */
export interface Walk {
  /** A bit for each part of the text that is looked for, where nothing had them all when the walk began; 0 where all of them are. */
  readonly kept: number
  readonly seen: readonly number[]
}

/** Hits that a walk may show before it asks for a narrower question. */
const walkMax = 2_000
const markBytes = 5
const questionBytes = 8
const keptBytes = 2
const headBytes = keptBytes + questionBytes

/** Tells one question from another. */
function digestOf({ text, conditions, sort }: SearchRequest): Buffer {
  const asked = Object.entries(conditions)
    .filter(([, value]) => value !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([text, asked, sort]))
    .digest()
    .subarray(0, questionBytes)
}

/** The cursor of the last hit that the walk has shown. */
export function cursorOf(request: SearchRequest, { kept, seen }: Walk): string {
  const bytes = Buffer.alloc(headBytes + seen.length * markBytes)
  bytes.writeUInt16BE(kept)
  digestOf(request).copy(bytes, keptBytes)
  for (const [index, mark] of seen.entries()) bytes.writeUIntBE(mark, headBytes + index * markBytes, markBytes)
  return bytes.toString('base64url')
}

/** @throws BadUserInput for what is no cursor of this question, and for one that has come too far. */
export function walkOf(request: SearchRequest): Walk | undefined {
  const { after } = request
  if (after === undefined) return undefined
  // A page may begin before the bound and end after it.
  const bytes = after.length > (headBytes + (walkMax + 100) * markBytes) * 2 ? Buffer.alloc(0) : Buffer.from(after, 'base64url')
  const marks = (bytes.length - headBytes) / markBytes
  const isOurs = bytes.toString('base64url') === after && Number.isInteger(marks) && marks > 0
  if (!isOurs || !bytes.subarray(keptBytes, headBytes).equals(digestOf(request))) {
    throw new BadUserInput('after has to be a cursor of this search, as pageInfo.endCursor gives it.', { inputPath: ['after'] })
  }
  if (marks >= walkMax) {
    throw new BadUserInput(
      `A search shows its first ${walkMax.toLocaleString('en')} hits. Narrow it by more words or a filter to see others.`,
      { inputPath: ['after'] },
    )
  }
  return {
    kept: bytes.readUInt16BE(),
    seen: Array.from({ length: marks }, (_, index) => bytes.readUIntBE(headBytes + index * markBytes, markBytes)),
  }
}
