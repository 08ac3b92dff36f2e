import { suggestionList } from 'graphql/jsutils/suggestionList.js'

const most = 3
/** Comparing is quadratic in the length. */
const lengthMax = 200

/** The names nearest to a mistaken one, best first, at most three; none that is not near at all. */
export function nearNames(mistaken: string, names: readonly string[]): string[] {
  return mistaken.length > lengthMax ? [] : suggestionList(mistaken, names.filter((name) => name.length <= lengthMax)).slice(0, most)
}
