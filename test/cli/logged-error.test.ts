import { expect, test } from 'vitest'
import { z } from 'zod'
import { loggedError } from '../../src/cli/logged-error.js'
import { DialsError, Reason, SourceUnavailable } from '../../src/errors.js'

const secret = 'Kilburn 42'
const thrownBy = (work: () => unknown): unknown => {
  try {
    work()
  } catch (thrown) {
    return thrown
  }
  throw new Error('it did not throw')
}

test.each<[string, unknown, object]>([
  [
    'DuckDB',
    new Error(`Conversion Error: Could not convert string "${secret}" to INT64\n    at ${secret} (x:1:1)`),
    { message: 'Conversion Error' },
  ],
  [
    'PostgreSQL',
    Object.assign(new Error(`invalid input: "${secret}"`), { code: '22P02', detail: secret, where: secret }),
    { code: '22P02' },
  ],
  [
    'MySQL',
    Object.assign(new Error(secret), { code: 'ER_DUP_ENTRY', errno: 1062, sql: secret, sqlMessage: secret }),
    { code: 'ER_DUP_ENTRY' },
  ],
  ['JSON.parse', thrownBy(() => JSON.parse(`["${secret}" x]`)), { type: 'SyntaxError' }],
  ['BigInt', thrownBy(() => BigInt(secret)), { type: 'SyntaxError' }],
  ['zod', z.strictObject({}).safeParse({ [secret]: secret }).error, { type: 'ZodError' }],
  ['a URL', thrownBy(() => new URL(secret)), { type: 'TypeError', code: 'ERR_INVALID_URL' }],
  ['a property', thrownBy(() => (undefined as never)[secret]), { message: 'Cannot read properties of undefined' }],
  [
    'an operating system',
    Object.assign(new Error(secret), { code: 'ENOENT', syscall: 'open', path: '/data/a.csv' }),
    { message: 'open ENOENT /data/a.csv' },
  ],
  ['a name that was set', Object.assign(new Error('x'), { name: secret, code: secret }), { type: 'Error' }],
  ['a text', secret, { type: 'string' }],
  ['several', new AggregateError([new Error(secret)], secret), { errors: [expect.objectContaining({ type: 'Error' })] }],
])('an error of %s keeps its class and code, and quotes nothing', (_what, thrown, expected) => {
  const logged = loggedError(new SourceUnavailable('The source is away.', { cause: thrown }))
  expect(logged.cause).toMatchObject(expected)
  expect(JSON.stringify(logged)).not.toContain('Kilburn')
})

test('an error of ours keeps its message, and each says where it was thrown', () => {
  const logged = loggedError(new DialsError('SOURCE_TIMEOUT', 'It took too long.', { cause: new Reason('the feed ended within a line') }))
  expect(logged).toMatchObject({
    type: 'DialsError',
    code: 'SOURCE_TIMEOUT',
    message: 'It took too long.',
    cause: { type: 'Reason', message: 'the feed ended within a line' },
  })
  expect(logged.stack).toMatch(/^at .*logged-error\.test\.ts/)
  expect(logged.cause?.stack).toContain('logged-error.test.ts')
})
