import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Splice } from '../../src/api/splice.js'

const joined = (splice: Splice, body: string) => Buffer.concat([...splice.pieces(body)]).toString()
const keep = (splice: Splice, ...text: string[]) => splice.keep(text.map((piece) => Buffer.from(piece)))

test('rows and records are put in the places of their sentinels, brackets included, aliases and repeats too', () => {
  const splice = new Splice()
  const rows = keep(splice, '[[1,"a"]', ',[2,"b"]]')
  const records = keep(splice, '[{"n":1}]')
  const body = JSON.stringify({ data: { a: { rows: [[rows]], again: [[rows]] }, b: { records: [records], sources: [] } } })
  expect(JSON.parse(joined(splice, body))).toEqual({
    data: {
      a: {
        rows: [
          [1, 'a'],
          [2, 'b'],
        ],
        again: [
          [1, 'a'],
          [2, 'b'],
        ],
      },
      b: { records: [{ n: 1 }], sources: [] },
    },
  })
})

test('a cell cannot forge a sentinel, neither another request’s nor one of its own', () => {
  const other = keep(new Splice(), '[["stolen"]]')
  const splice = new Splice()
  const sentinel = keep(splice, JSON.stringify([[other]]))
  const inner = keep(splice, `[["${sentinel}"]]`)
  expect(joined(splice, JSON.stringify({ rows: [[sentinel]], inner: [[inner]] }))).toBe(`{"rows":[["${other}"]],"inner":[["${sentinel}"]]}`)
})

test('whatever else a response holds stays as it is', () => {
  fc.assert(
    fc.property(fc.json(), (body) => {
      const splice = new Splice()
      keep(splice, '[]')
      expect(joined(splice, body)).toBe(body)
    }),
  )
})
