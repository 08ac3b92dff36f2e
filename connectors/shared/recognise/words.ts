/** A list of words, written as a text with white space between them. */
export function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
