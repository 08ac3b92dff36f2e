import { hash } from 'node:crypto'
import { z } from 'zod'
import { BadUserInput } from '../../errors.js'
import type { SearchRequest } from '../port.js'

/** How widely the first page was searched; the next pages use the same. 0: as typed; 1: with corrections; 2: one of the words is enough. */
const widths = [0, 1, 2] as const
/** How widely a search looked: 0, 1 or 2. */
export type Width = (typeof widths)[number]

const cursorSchema = z.tuple([z.string(), z.literal(widths), z.number(), z.number().int().nullable(), z.string(), z.string()])

/** The position of a hit in its order. If documents change, the others keep their positions. */
export interface Place {
  readonly width: Width
  readonly score: number
  readonly modified: number | null
  /** Folded; '' if the order is not by title. */
  readonly title: string
  readonly id: string
}

/** A digest of the question, because a cursor is valid only for its own question. */
export const questionOf = ({ text, conditions, sort }: SearchRequest) =>
  hash('sha256', JSON.stringify([text, conditions, sort])).slice(0, 12)

/** The cursor of a hit: base64url of its place and of the question that it is valid for. */
export function cursorOf(question: string, { width, score, modified, title, id }: Place): string {
  return Buffer.from(JSON.stringify([question, width, score, modified, title, id])).toString('base64url')
}

/** The place in a cursor, which came as this argument. @throws BadUserInput if it is not a cursor of this question. */
export function placeOf(question: string, cursor: string, argument: 'after' | 'before'): Place {
  const parsed = cursor.length <= 10_000 ? cursorSchema.safeParse(parse(cursor)) : undefined
  if (parsed?.success !== true || parsed.data[0] !== question || parsed.data.some((part) => String(part).includes('\0'))) {
    const given = argument === 'after' ? 'endCursor' : 'startCursor'
    throw new BadUserInput(`${argument} has to be a cursor of this search, as pageInfo.${given} gives it.`, { inputPath: [argument] })
  }
  const [, width, score, modified, title, id] = parsed.data
  return { width, score, modified, title, id }
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}
