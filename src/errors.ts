/** Every error code that this product answers with: `ErrorCode` in graphql/surface.graphql, as a closed set. */
export const errorCodes = [
  'BAD_USER_INPUT',
  'UNKNOWN_TABLE',
  'UNKNOWN_COLUMN',
  'TYPE_MISMATCH',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'PURPOSE_REQUIRED',
  'PURPOSE_NOT_PERMITTED',
  'AGREEMENT_REQUIRED',
  'QUERY_TOO_COMPLEX',
  'RESULT_TOO_LARGE',
  'VERSION_CHANGED',
  'SOURCE_UNAVAILABLE',
  'SOURCE_TIMEOUT',
  'AUDIT_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'BAD_REQUEST',
] as const

/** One of `errorCodes`. */
export type ErrorCode = (typeof errorCodes)[number]

/** What an error may carry beside its message. A client may see all of it except `cause`. */
export interface ErrorDetail {
  /** The place in the input: `["where", "and", 0, "column"]`. */
  inputPath?: readonly (string | number)[]
  /** Similar names that the viewer may see. */
  suggestions?: readonly string[]
  /** The id of the query that failed. */
  transaction?: string
  /** The private reason: logged, never shown. */
  cause?: unknown
}

/**
 * An error whose message clients may see. The message says what is wrong, where, and how to fix it, and holds no path, SQL or secret.
 * Everything private belongs in `cause`.
 */
export class DialsError extends Error {
  readonly code: ErrorCode
  readonly inputPath: readonly (string | number)[] | undefined
  readonly suggestions: readonly string[] | undefined
  readonly transaction: string | undefined

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'DialsError'
    this.code = code
    this.inputPath = detail.inputPath
    this.suggestions = detail.suggestions
    this.transaction = detail.transaction
  }
}

/** The input is wrong, or asks for something impossible: `BAD_USER_INPUT`. */
export class BadUserInput extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('BAD_USER_INPUT', message, detail)
  }
}

/** Columns or values that are compared, put into a union or converted have types that do not agree: `TYPE_MISMATCH`. */
export class TypeMismatch extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('TYPE_MISMATCH', message, detail)
  }
}

/** A source is down, sends data that cannot be read, or refuses: `SOURCE_UNAVAILABLE`. */
export class SourceUnavailable extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('SOURCE_UNAVAILABLE', message, detail)
  }
}

/**
 * A source cannot be reached, or broke off its answer: `SOURCE_UNAVAILABLE` too. Only this class counts as a failure in
 * catalogue/circuit-breaker.ts, since a source that answers with an error about one table or one request is up.
 */
export class SourceUnreachable extends SourceUnavailable {}

/** A source did not answer by the deadline: `SOURCE_TIMEOUT`. */
export class SourceTimeout extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('SOURCE_TIMEOUT', message, detail)
  }
}

/** An answer needs more rows, bytes or memory than the limits allow: `RESULT_TOO_LARGE`. */
export class ResultTooLarge extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('RESULT_TOO_LARGE', message, detail)
  }
}

/** A configuration file is wrong. Only operators see this error. It names the file, the place in it, and how to fix it. */
export class ConfigError extends Error {
  constructor(
    readonly file: string,
    readonly path: string,
    readonly mend: string,
    options?: ErrorOptions,
  ) {
    super(`${file}${path === '' ? '' : ` at ${path}`}: ${mend}`, options)
    this.name = 'ConfigError'
  }
}

/**
 * Any thrown value as a `DialsError`. An error that was not meant for clients becomes INTERNAL_SERVER_ERROR, with the original as its
 * cause.
 */
export function toDialsError(thrown: unknown): DialsError {
  if (thrown instanceof DialsError) return thrown
  return new DialsError('INTERNAL_SERVER_ERROR', 'Something went wrong on our side. The reason is in the log.', { cause: thrown })
}
