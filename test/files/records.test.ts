import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type RawRecord, RecordScanner } from '../../connectors/shared/tabular/text/records.js'
import { signsOf } from '../../connectors/shared/tabular/typing/signs.js'
import { cellsOf } from '../../connectors/shared/tabular/text/cells.js'

type Told = Omit<RawRecord, 'buffer' | 'start' | 'end' | 'next' | 'signs'> & { text: string; signs: number[] }

function scan(pieces: readonly Buffer[]): Told[] {
  const told: Told[] = []
  const scanner = new RecordScanner(',', ({ buffer, start, end, line, fields, blank, flaw, multiline, spaced, signs }) => {
    told.push({
      text: buffer.toString('utf8', start, end),
      line,
      fields,
      blank,
      flaw,
      multiline,
      spaced,
      signs: [...signs.subarray(0, flaw === undefined ? fields : 0)],
    })
  })
  for (const piece of pieces) scanner.push(piece)
  scanner.end()
  return told
}

const texts = fc
  .array(fc.constantFrom('a', 'é', '7', '-1.5', ' ', '  ', ',', ',', '"', '""', '\n', '\r\n', '\r', '12:30', 'x y', '\0'), {
    maxLength: 40,
  })
  .map((pieces) => pieces.join(''))
const cuts = fc.array(fc.nat(200), { maxLength: 8 })

test('records are the same wherever the text is cut into pieces', () => {
  fc.assert(
    fc.property(texts, cuts, (text, places) => {
      const whole = Buffer.from(text)
      const at = [...new Set([0, ...places.filter((place) => place < whole.length), whole.length])].sort((left, right) => left - right)
      const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end))
      expect(scan(pieces)).toEqual(scan([whole]))
    }),
    { numRuns: 3000 },
  )
})

test('the signs of a record’s fields are those of their values', () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const record of scan([Buffer.from(text)])) {
        if (record.flaw !== undefined || record.blank) continue
        expect(record.signs).toEqual(cellsOf(record.text, ',').map((cell) => signsOf(cell.text)))
      }
    }),
    { numRuns: 3000 },
  )
})
