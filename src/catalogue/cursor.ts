import { BadUserInput } from '../errors.js'

const idPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*$/

/** An opaque position in a list of datasets: that of the dataset with this id. */
export const cursorOf = (id: string): string => Buffer.from(id).toString('base64url')

/** The id in a cursor, which came as this argument. @throws BadUserInput if it is not one of our cursors. */
export function idOfCursor(cursor: string, argument: 'after' | 'before'): string {
  const id = cursor.length <= 1000 ? Buffer.from(cursor, 'base64url').toString() : ''
  if (idPattern.test(id) && cursorOf(id) === cursor) return id
  const given = argument === 'after' ? 'endCursor' : 'startCursor'
  throw new BadUserInput(`${argument} has to be a cursor of this list, as pageInfo.${given} gives it.`, { inputPath: [argument] })
}
