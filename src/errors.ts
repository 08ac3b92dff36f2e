/** Every error code of the public interface: the closed set of `ErrorCode` in graphql/surface.graphql. */
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

/** Details of an error; a client may see all of them except `cause`. */
export interface ErrorDetail {
  /** The place in the input: `["where", "and", 0, "column"]`. */
  inputPath?: readonly (string | number)[]
  /** Similar names that the viewer may see; the message has them too. */
  suggestions?: readonly string[]
  /** The transaction that failed. */
  transaction?: string
  /** The private reason: logged, never shown. */
  cause?: unknown
}

/**
 * An error with a public message, which says what is wrong, where, and what to do. It holds no path, SQL or secret; everything private
 * belongs in `cause`.
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

/** The input is invalid: `BAD_USER_INPUT`. */
export class BadUserInput extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('BAD_USER_INPUT', message, detail)
  }
}

/** Values of incompatible types are compared, stacked or converted: `TYPE_MISMATCH`. */
export class TypeMismatch extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('TYPE_MISMATCH', message, detail)
  }
}

/** A source is down, refuses, or sends an invalid answer: `SOURCE_UNAVAILABLE`. */
export class SourceUnavailable extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('SOURCE_UNAVAILABLE', message, detail)
  }
}

/**
 * A source cannot be reached, or broke off its answer: `SOURCE_UNAVAILABLE` too. Only this counts as a failure for its circuit breaker
 * (catalogue/circuit-breaker.ts), because a source that answers with an error about one table or one request is up.
 */
export class SourceUnreachable extends SourceUnavailable {}

/** A source did not answer by the deadline: `SOURCE_TIMEOUT`. */
export class SourceTimeout extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('SOURCE_TIMEOUT', message, detail)
  }
}

/** More rows, bytes or memory than the limits allow: `RESULT_TOO_LARGE`. */
export class ResultTooLarge extends DialsError {
  constructor(message: string, detail?: ErrorDetail) {
    super('RESULT_TOO_LARGE', message, detail)
  }
}

/**
 * Why something failed, in words of our own for operators: only as a cause. Logs show its message, which holds no value of a row, no
 * literal of a query, no statement and no secret. They leave out the messages of all others but ours.
 */
export class Reason extends Error {}

/** How a library's message begins. It ends before a quotation, a colon or a line's end: what follows may hold anything. */
export function beginningOf(message: string): string {
  return message.split(/['":\n]/, 1)[0] ?? ''
}

/** A configuration file is wrong. Only an operator sees it: the file, the path in it, what to do, and the line where it is known. */
export class ConfigError extends Error {
  constructor(
    readonly file: string,
    readonly path: string,
    readonly mend: string,
    { line, ...options }: ErrorOptions & { line?: number | undefined } = {},
  ) {
    super(`${file}${path === '' ? '' : ` at ${path}`}: ${mend}${line === undefined ? '' : ` (line ${line})`}`, options)
    this.name = 'ConfigError'
  }
}

/** Any thrown value as a `DialsError`. A value without a public message becomes INTERNAL_SERVER_ERROR, with itself as the cause. */
export function toDialsError(thrown: unknown): DialsError {
  if (thrown instanceof DialsError) return thrown
  return new DialsError('INTERNAL_SERVER_ERROR', 'Something went wrong on our side. The reason is in the log.', { cause: thrown })
}
