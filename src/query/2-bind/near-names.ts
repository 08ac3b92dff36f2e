import { suggestionList } from 'graphql/jsutils/suggestionList.js'

const most = 3
/** Comparing is quadratic in the length. */
const lengthMax = 200

/** The names nearest to a mistaken one, at most three: those mistyped or in another case, then those that hold it or are held by it. */
export function nearNames(mistaken: string, names: readonly string[]): string[] {
  const wanted = fold(mistaken)
  if (wanted === '' || mistaken.length > lengthMax) return []
  const short = names.filter((name) => name.length <= lengthMax && fold(name) !== '')
  const alike = short.filter((name) => fold(name) === wanted)
  const holding = short.filter((name) => fold(name).includes(wanted) || wanted.includes(fold(name)))
  return [...new Set([...alike, ...suggestionList(mistaken, short), ...holding])].slice(0, most)
}

/** Case, spaces and punctuation are what people get wrong most: `post code` for `PostCode`. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}
