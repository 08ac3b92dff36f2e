import { suggestionList } from 'graphql/jsutils/suggestionList.js'

const most = 3
/** Longer names are skipped: comparing two names takes time quadratic in their length. */
const lengthMax = 200

/**
 * At most three names similar to a mistaken one: first those that differ in case or punctuation, then likely typing errors, then names that
 * contain it or are contained in it.
 */
export function nearNames(mistaken: string, names: readonly string[]): string[] {
  const wanted = fold(mistaken)
  if (wanted === '' || mistaken.length > lengthMax) return []
  const short = names.filter((name) => name.length <= lengthMax && fold(name) !== '')
  const alike = short.filter((name) => fold(name) === wanted)
  const holding = short.filter((name) => fold(name).includes(wanted) || wanted.includes(fold(name)))
  return [...new Set([...alike, ...suggestionList(mistaken, short), ...holding])].slice(0, most)
}

/** A sentence that follows an error's own: ` Did you mean 'Ward' or 'Wards'?` Empty where there is no such name. */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? '' : ` Did you mean ${names.map((name) => `'${name}'`).join(' or ')}?`
}

/** People most often get case, spaces and punctuation wrong: `post code` for `PostCode`. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}
