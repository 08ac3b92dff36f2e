import { BadUserInput } from '../errors.js'

const idPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*$/

/** An opaque position in a list of datasets: after the dataset with this id. */
export const cursorOf = (id: string): string => Buffer.from(id).toString('base64url')

/** The id in a cursor. @throws BadUserInput if it is not one of our cursors. */
export function idOfCursor(cursor: string): string {
  const id = cursor.length <= 1000 ? Buffer.from(cursor, 'base64url').toString() : ''
  if (idPattern.test(id) && cursorOf(id) === cursor) return id
  throw new BadUserInput('after has to be a cursor of this list, as pageInfo.endCursor gives it.')
}
