import { describe, expect, test } from 'vitest'
import { OpenSources } from '../../src/catalogue/open-sources.js'
import { type DialsError, ResultTooLarge, SourceTimeout, SourceUnavailable, SourceUnreachable } from '../../src/errors.js'
import { mysqlError } from '../../connectors/mysql/errors.js'
import { postgresError } from '../../connectors/postgres/errors.js'
import { toldError, unreachable } from '../../connectors/spoke/call.js'
import { fakeSource } from '../support/fake-source.js'

const never = new AbortController().signal

/** Whether a source still admits queries after ten such errors. */
function admitsAfter(...errors: (DialsError | undefined)[]): boolean {
  const sources = new OpenSources()
  sources.add('camden', 'files', { ...fakeSource(), health: () => Promise.resolve({ status: 'DOWN' as const }) } as never)
  const entry = sources.get('camden')
  for (let times = 0; times < 10; times++) for (const error of errors) entry?.observed(error)
  return entry?.admits() === true
}

describe('what counts against a source', () => {
  test.each<[string, DialsError]>([
    ['a connection that is refused', unreachable('camden', never, new Error('ECONNREFUSED'))],
    ['an answer that is broken off', unreachable('camden', never, new Error('the stream ended before its report'))],
    ['an error of something in front of the spoke', toldError({ error: 'Bad Gateway' }, 'camden')],
    ['a PostgreSQL that is starting or stopping', postgresError({ code: '57P03' })],
    ['a PostgreSQL that ended the connection', postgresError({ code: '08006' })],
    ['a MySQL that is gone', mysqlError({ code: 'PROTOCOL_CONNECTION_LOST' })],
  ])('%s does', (_, error) => {
    expect(error).toBeInstanceOf(SourceUnreachable)
    expect(admitsAfter(error)).toBe(false)
  })

  test.each<[string, DialsError]>([
    ['a table that it does not hold', new SourceUnavailable('The source does not hold table a/b any more.')],
    [
      'a table that its spoke does not hold',
      toldError({ code: 'SOURCE_UNAVAILABLE', message: 'The spoke has no table a/b now.' }, 'camden'),
    ],
    ['a token that its spoke refuses', toldError({ code: 'UNAUTHENTICATED', message: 'The token is not good.' }, 'camden')],
    ['a request that its spoke cannot read', toldError({ code: 'BAD_REQUEST', message: 'The request is malformed.' }, 'camden')],
    ['a fault of its spoke in one scan', toldError({ code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong.' }, 'camden')],
    ['a result that is too large', new ResultTooLarge('More than 10 rows.')],
    ['a time that was too short', new SourceTimeout('Not in time.')],
    ['a table that PostgreSQL has not', postgresError({ code: '42P01' })],
    ['a statement that is more than PostgreSQL takes', postgresError({ code: '54011' })],
    ['a table that MySQL has not', mysqlError({ code: 'ER_NO_SUCH_TABLE', errno: 1146 })],
  ])('%s does not', (_, error) => {
    expect(admitsAfter(error)).toBe(true)
  })

  test('an answer, even an error, ends a row of failures', () => {
    const gone = unreachable('camden', never, new Error('ECONNRESET'))
    expect(admitsAfter(gone, gone, gone, gone, new SourceUnavailable('It does not hold the table.'))).toBe(true)
    expect(admitsAfter(gone, gone, gone, new SourceTimeout('Not in time.'))).toBe(false)
  })
})
