import { BadUserInput } from '../../../src/errors.js'

/**
 * A text as a literal. Our sessions run with NO_BACKSLASH_ESCAPES, so that a quote is the one sign that has to be doubled.
 * @throws BadUserInput for NUL.
 */
export function quoteText(text: string): string {
  if (text.includes('\0')) throw new BadUserInput('A text holds the character NUL.')
  return `'${text.replaceAll("'", "''")}'`
}

/** A name of the source's own, as an identifier. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
