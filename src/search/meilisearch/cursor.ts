import { createHash } from 'node:crypto'
import { BadUserInput } from '../../errors.js'
import type { SearchRequest } from '../port.js'

/**
 * How far a walk through the hits of one question has come: short hashes of all hits shown. So other documents may change without an
 * effect, and the cursor reveals nothing about them.
 */
export interface Walk {
  /** A bit for each part of the text that is required, if nothing had all parts when the walk began; 0 if all are. */
  readonly kept: number
  readonly seen: readonly number[]
}

/** A walk may show so many hits; then it needs a narrower question. */
export const walkMax = 2_000
const markBytes = 5
const questionBytes = 8
const keptBytes = 2
const headBytes = keptBytes + questionBytes

/** A digest of the question, because a cursor is valid only for its own question. */
function digestOf({ text, conditions, sort }: SearchRequest): Buffer {
  const asked = Object.entries(conditions)
    .filter(([, value]) => value !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([text, asked, sort]))
    .digest()
    .subarray(0, questionBytes)
}

/** The cursor of the last hit shown. */
export function cursorOf(request: SearchRequest, { kept, seen }: Walk): string {
  const bytes = Buffer.alloc(headBytes + seen.length * markBytes)
  bytes.writeUInt16BE(kept)
  digestOf(request).copy(bytes, keptBytes)
  for (const [index, mark] of seen.entries()) bytes.writeUIntBE(mark, headBytes + index * markBytes, markBytes)
  return bytes.toString('base64url')
}

/**
 * The walk of the cursor that came as this argument; undefined if none came.
 * @throws BadUserInput if it is not a cursor of this question, or has come too far.
 */
export function walkOf(request: SearchRequest, argument: 'after' | 'before'): Walk | undefined {
  const cursor = request[argument]
  if (cursor === undefined) return undefined
  // A page may begin before the bound and end after it.
  const bytes = cursor.length > (headBytes + (walkMax + 100) * markBytes) * 2 ? Buffer.alloc(0) : Buffer.from(cursor, 'base64url')
  const marks = (bytes.length - headBytes) / markBytes
  const isOurs = bytes.toString('base64url') === cursor && Number.isInteger(marks) && marks > 0
  if (!isOurs || !bytes.subarray(keptBytes, headBytes).equals(digestOf(request))) {
    const given = argument === 'after' ? 'endCursor' : 'startCursor'
    throw new BadUserInput(`${argument} has to be a cursor of this search, as pageInfo.${given} gives it.`, { inputPath: [argument] })
  }
  if (argument === 'after' && marks >= walkMax) throw tooFar('after')
  return {
    kept: bytes.readUInt16BE(),
    seen: Array.from({ length: marks }, (_, index) => bytes.readUIntBE(headBytes + index * markBytes, markBytes)),
  }
}

/** A walk cannot come so far. */
export function tooFar(argument: 'after' | 'last'): BadUserInput {
  const shown = `A search shows its first ${walkMax.toLocaleString('en')} hits.`
  return new BadUserInput(`${shown} Narrow it by more words or a filter to see others.`, { inputPath: [argument] })
}
