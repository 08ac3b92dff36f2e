import { BadUserInput } from '../errors.js'

/** Elements on a page, if the client does not say, and at most. */
const [usual, most] = [20, 100]

/** The size of a page, and whether it is the last part of the list in place of the first. @throws BadUserInput if it is out of bounds. */
export function pageSizeOf({ first, last }: { first?: number | null | undefined; last?: number | null | undefined }) {
  const backwards = last !== undefined && last !== null
  // Whether the client gave the default itself is not told here.
  if (backwards && (first ?? usual) !== usual)
    throw new BadUserInput('first and last do not stand together: give first to go on, last to go back.', { inputPath: ['last'] })
  const size = last ?? first ?? usual
  const name = backwards ? 'last' : 'first'
  if (!Number.isInteger(size) || size < 0 || size > most)
    throw new BadUserInput(`${name} has to be from 0 to ${most}.`, { inputPath: [name] })
  return { size, backwards }
}
