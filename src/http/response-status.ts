/**
 * Errors of an operation that did not begin. GraphQL over HTTP answers them with 200 as plain JSON, and 400 as
 * `application/graphql-response+json`.
 */
const notBegun: readonly string[] = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'QUERY_TOO_COMPLEX',
  'PERSISTED_QUERY_NOT_FOUND',
]

/**
 * The HTTP status of an answer whose operation did not run (https://graphql.github.io/graphql-over-http/draft/, 6.4), by the code of its
 * first error; undefined if the status is not to be changed.
 */
export function statusNotBegun(contentType: string, code: string | undefined): number | undefined {
  if (code === undefined || !notBegun.includes(code)) return undefined
  return contentType.startsWith('application/graphql-response+json') ? 400 : 200
}
