import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { columnUses, type Entry, entryText, type Opening, openingText, parseOpening, parts, phases } from '../../src/audit/entry.js'

const digest = fc.stringMatching(/^[0-9a-f]{64}$/)
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value)
const entries: fc.Arbitrary<Entry> = fc.record({
  v: fc.constant(1 as const),
  phase: fc.constantFrom(...phases),
  part: fc.constantFrom(...parts),
  party: orNull(text),
  time: fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => date.toISOString()),
  transaction: fc.uuid(),
  kind: text,
  organisation: orNull(text),
  actor: orNull(text),
  purpose: orNull(text),
  legalBasis: orNull(text),
  agreement: orNull(text),
  agreementSha256: orNull(digest),
  operationSha256: digest,
  tables: fc.array(
    fc.record({ table: text, columns: fc.array(fc.record({ column: text, uses: fc.uniqueArray(fc.constantFrom(...columnUses)) })) }),
  ),
  spokes: fc.array(text),
  decision: fc.constantFrom('ALLOW' as const, 'MASK' as const, 'DENY' as const),
  reasons: fc.array(text),
  rowBand: orNull(text),
  resultSha256: orNull(digest),
  software: text,
})
const openings: fc.Arbitrary<Opening> = fc.record({
  entry: entries,
  nonce: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64')),
})

it('is written as canonical JSON, whether it was made here or read, and whatever the order of its members was', () => {
  fc.assert(
    fc.property(openings, (opening) => {
      const read = parseOpening(JSON.stringify(opening)) as Opening
      expect(entryText(read.entry)).toBe(canonicalize(opening.entry))
      expect(entryText(opening.entry)).toBe(canonicalize(opening.entry))
      expect(openingText(read)).toBe(canonicalize(opening))
    }),
  )
})

it.each(['\ud800', 'a\udfff', '\\ud800', '\u2028 " \\ \u007f \u0000 é 😀'])('is written as canonical JSON with %j in it', (software) => {
  const [opening] = fc.sample(openings, { numRuns: 1, seed: 1 }) as [Opening]
  const entry = { ...opening.entry, software }
  const read = parseOpening(JSON.stringify({ ...opening, entry })) as Opening
  // The library refuses half of a pair, and so does this.
  const written = (write: () => unknown) => {
    try {
      return write()
    } catch (thrown) {
      return (thrown as Error).message
    }
  }
  expect(written(() => entryText(read.entry))).toBe(written(() => canonicalize(entry)))
})
