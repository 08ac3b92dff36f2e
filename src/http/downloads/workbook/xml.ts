import { columnLetters } from '../../../connector/column-letters.js'

const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** What XML cannot hold, and the carriage return, which its readers turn into a line feed. */
// eslint-disable-next-line no-control-regex
const unholdable = /[\x00-\x08\x0b-\x1f\ufffe\uffff]|\p{Surrogate}/gu
/** Text that looks like an escape, or would once what follows it is escaped. */
// eslint-disable-next-line no-control-regex
const likeEscape = /_x[0-9A-Fa-f]{4}(?=[_\x00-\x08\x0b-\x1f\ufffe\uffff]|\p{Surrogate})/u

/** Text as the text of an element in a workbook: by the same rules as the engine's cells (engine/text/xml-text.ts). */
export function xmlText(text: string): string {
  return (likeEscape.test(text) ? text.replaceAll('_x', '_x005F_x') : text)
    .replaceAll(/[&<>]/g, (mark) => marks[mark] as string)
    .replaceAll(unholdable, (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
}

/** A row of texts. An absent text is no cell. @param row its number. @param style that of its cells. */
export function textRow(row: number, texts: readonly (string | undefined)[], style = 0): string {
  const cells = texts.map((text, index) =>
    text === undefined
      ? ''
      : `<c r="${columnLetters(index)}${row}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`,
  )
  return `<row r="${row}">${cells.join('')}</row>`
}
