import { describe, expect, test } from 'vitest'
import { isWebUrl } from '../../src/connector/web-url.js'

/** URLs that an attacker could give a catalogue, and that must never become a link. */
const hostileUrls = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  '\u0001javascript:alert(1)',
  'java\nscript:alert(1)',
  'javascript://example.org/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'ftp://example.org/a',
  '//example.org/a',
  '/relative',
  'https:/example.org',
  'https:example.org',
  'https://',
  ' https://example.org',
  'https://example.org\u0000',
  'https://exam\tple.org',
  'https://user:password@example.org/a',
  'https://user@example.org/a',
  'https:\\\\example.org',
  `https://example.org/${'a'.repeat(2000)}`,
]

describe('a URL of a catalogue', () => {
  test.each(hostileUrls)('%j is no link', (url) => {
    expect(isWebUrl(url)).toBe(false)
  })

  test.each([
    'https://example.org',
    'HTTP://example.org/a b.csv',
    'https://example.org:8443/x?y=javascript:1#z',
    'https://münchen.example/ä',
  ])('%s is one', (url) => expect(isWebUrl(url)).toBe(true))
})
