const lengthMax = 2000

/**
 * Whether a text from a catalogue may be offered as a link: an absolute URL of http or https, without a user or a password, and without
 * blanks around it or control characters, which browsers drop before they look at the scheme (https://url.spec.whatwg.org/#url-parsing).
 */
export function isWebUrl(text: string): boolean {
  if (text.length > lengthMax || text !== text.trim() || /\p{Cc}/u.test(text) || !/^https?:\/\/[^/\\]/i.test(text)) return false
  if (!URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}
