import { expect, test } from 'vitest'
import type { DialsError } from '../../src/errors.js'
import { parse } from '../../src/query/1-parse/parse.js'

const from = { table: 't' }

test.each<[unknown, string, string[]?]>([
  [{}, 'from is missing: give an object.'],
  [{ input: { from } }, "The query has no key 'input'."],
  [{ from: { tabel: 't' } }, "from has no key 'tabel'. Did you mean 'table'?", ['table']],
  [{ from, joins: [{ table: from, typ: 'LEFT', on: [] }] }, "joins[0] has no key 'typ'. Did you mean 'type'?", ['type']],
  [{ from, onSourceError: 'partial' }, "onSourceError is none of FAIL, PARTIAL. Did you mean 'PARTIAL'?", ['PARTIAL']],
  [{ from, limit: 9_999_999_999 }, 'limit is over 2147483647.'],
  [{ from, limit: 'ten' }, 'limit must be a number, and is a text.'],
  [{ from: [] }, 'from must be an object, and is a list.'],
  [{ from, x: 1, ['y'.repeat(200)]: 1 }, "The query has no key 'x'."],
  [{ from, timeZone: 'Europe/Londn' }, "There is no such time zone. Did you mean 'Europe/London'?", ['Europe/London']],
  [null, 'The query must be an object, and is null.'],
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
