import { htmlText } from '../../connector/html-text.js'
import type { Highlight } from '../port.js'

/** Marks the start of a match in an answer: a character that no stored text has. */
export const highlightStart = '\ue000'
/** Marks the end of a match. */
export const highlightEnd = '\ue001'

/** In the order of the answer. */
export const highlightedFields = ['title', 'keywords', 'description', 'columns'] as const

/** Words of a description around its match. */
export const cropWords = 30

/** Turns Meilisearch's `_formatted` into the fields that have a match, with everything else escaped for HTML. */
export function highlightsOf(formatted: Readonly<Record<string, unknown>> | undefined): Highlight[] {
  return highlightedFields.flatMap((field) => {
    const value = formatted?.[field]
    const texts = (Array.isArray(value) ? value : [value]).filter(
      (text): text is string => typeof text === 'string' && text.includes(highlightStart),
    )
    return texts.length === 0 ? [] : [{ field, text: texts.map(marked).join(', ') }]
  })
}

/** Meilisearch marks only the typed part of a word; the whole word is shown as the match. */
function marked(text: string): string {
  const whole = htmlText(text.replaceAll(/\ue001([\p{L}\p{N}\p{M}]+)/gu, '$1\ue001'))
  const pairs = whole.replaceAll(/\ue000([^\ue000\ue001]*)\ue001/g, '<em>$1</em>')
  return pairs.replaceAll(/[\ue000\ue001]/g, '')
}
