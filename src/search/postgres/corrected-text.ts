import { fold } from '../words.js'
import type { Near } from './text-query.js'

/**
 * A search text with the likeliest correction in place of each word that no document has. Null where there is none: every word is there, or
 * begins one, or is two of them.
 * @param everyWord whether words that documents have were corrected too, since nothing has all of them
 */
export function correctedText(text: string, near: Near, everyWord: boolean): string | null {
  const isGuessed = (word: string) => {
    const meant = near.get(word)
    return meant !== undefined && meant.corrected.length > 0 && meant.words.length === 0 && meant.apart.length === 0 && !meant.isKnown
  }
  const unknown = [...near.keys()].filter(isGuessed)
  const known = everyWord && unknown.length === 0 ? [...near].flatMap(([word, { corrected }]) => (corrected.length > 0 ? [word] : [])) : []
  const wrong = new Set([...unknown, ...known])
  if (wrong.size === 0) return null
  return text.replaceAll(/[\p{L}\p{M}\p{N}'’]+/gu, (typed) => {
    const word = fold(typed)
    return wrong.has(word) ? (near.get(word)?.corrected[0] ?? typed) : typed
  })
}
