import { BadUserInput } from '../errors.js'

const idPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*$/

/** An opaque mark in a list of datasets: after the dataset of this id. */
export const cursorOf = (id: string): string => Buffer.from(id).toString('base64url')

/** The id that a cursor marks. @throws BadUserInput where it is none of ours. */
export function idOfCursor(cursor: string): string {
  const id = cursor.length <= 1000 ? Buffer.from(cursor, 'base64url').toString() : ''
  if (idPattern.test(id) && cursorOf(id) === cursor) return id
  throw new BadUserInput('after has to be a cursor of this list, as pageInfo.endCursor gives it.')
}
