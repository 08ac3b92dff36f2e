import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mend } from '../../connectors/shared/tabular/json/mend.js'
import { Slicer } from '../../connectors/shared/tabular/json/slicer.js'

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
})).value

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

/** The elements of a list, cut at these places while it is read. */
function elementsOf(text: string, chunkLetters: number): string[] {
  const found: string[] = []
  const slicer = new Slicer({
    enters: (bracket, _head, level) => level === 0 && bracket === '[',
    part: (part, level) => {
      if (level === 1 && part !== '') found.push(part)
    },
    stray: () => undefined,
  })
  for (let at = 0; at < text.length; at += chunkLetters) slicer.read(text.slice(at, at + chunkLetters))
  expect(slicer.end()).toBe(true)
  return found
}

describe('random JSON', () => {
  it('is cut into its elements, however it is chunked', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 6 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 40 }),
        (values, indent, letters) => {
          const cut = elementsOf(latin1(JSON.stringify(values, null, indent)), letters)
          expect(cut.map((text) => JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as unknown)).toEqual(
            JSON.parse(JSON.stringify(values)),
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is the same after mending, and with commas, comments and single quotes', () => {
    fc.assert(
      fc.property(value, (any) => {
        const text = latin1(JSON.stringify(any))
        expect(mend(text)?.text).toBe(text)
        const spoilt = `/* a " ' */ [${text}, // it's\n NaN,]`
        expect(JSON.parse(mend(spoilt)?.text ?? '0')).toEqual(JSON.parse(`[${text},null]`))
      }),
      { numRuns: 500 },
    )
  })

  it('ends at any text, without a throw', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[{}[\]:,"'\\/*\n 1aNu]{0,60}$/), fc.integer({ min: 1, max: 7 }), (text, letters) => {
        mend(text)
        const slicer = new Slicer({ enters: (_bracket, _head, level) => level < 2, part: () => undefined, stray: () => undefined }, true)
        try {
          for (let at = 0; at < text.length; at += letters) slicer.read(text.slice(at, at + letters))
        } catch (thrown) {
          expect(String(thrown)).toMatch(/brackets do not match/)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
