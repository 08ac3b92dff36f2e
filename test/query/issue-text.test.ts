import { expect, test } from 'vitest'
import type { DialsError } from '../../src/errors.js'
import { parse } from '../../src/query/1-parse/parse.js'

const from = { table: 't' }

test.each<[unknown, string, string[]?]>([
  [{}, 'from is missing.'],
  [{ input: { from } }, "The query has no member 'input'."],
  [{ from: { tabel: 't' } }, "from has no member 'tabel'. Did you mean 'table'?", ['table']],
  [{ from, joins: [{ table: from, typ: 'LEFT', on: [] }] }, "joins.0 has no member 'typ'. Did you mean 'type'?", ['type']],
  [{ from, onSourceError: 'partial' }, 'onSourceError is none of FAIL, PARTIAL.'],
  [{ from, limit: 9_999_999_999 }, 'limit is over 2147483647.'],
  [{ from, limit: 'ten' }, 'limit must be a number.'],
  [{ from: [] }, 'from must be an object.'],
  [{ from, x: 1, ['y'.repeat(200)]: 1 }, "The query has no member 'x'."],
  [null, 'The query must be an object.'],
])('%j: %s', (input, message, suggestions) => {
  const refused = (): DialsError | undefined => {
    try {
      parse(input, 'WHOLE')
      return undefined
    } catch (thrown) {
      return thrown as DialsError
    }
  }
  expect(refused()).toMatchObject({ code: 'BAD_USER_INPUT', message, ...(suggestions === undefined ? {} : { suggestions }) })
})
