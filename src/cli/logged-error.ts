import { ConfigError, DialsError, Reason } from '../errors.js'
import { ListenError } from './listen.js'

/** An error as the log holds it. */
export interface LoggedError {
  readonly type: string
  readonly code?: string | number
  readonly message?: string
  /** Where it was thrown: the lines of its stack, without its message. */
  readonly stack?: string
  readonly cause?: LoggedError
  readonly errors?: readonly LoggedError[]
}

const ours = [DialsError, ConfigError, ListenError, Reason]

/** How harmless messages of others begin. What follows may quote a value, a literal, a statement or a URL, and is left out. */
const harmless =
  /^(?:(?:[A-Z][A-Za-z]+ ){1,4}Error(?=:)|INTERRUPT\b|Cannot read properties of (?:undefined|null)\b|Maximum call stack size exceeded$|Invalid (?:array|string) length$|Array buffer allocation failed$|fetch failed$|socket hang up$|Connection terminated(?: unexpectedly)?|timeout expired$|Knex: Timeout acquiring a connection|The operation was aborted\b|Invalid WebSocket frame\b|Max payload size exceeded$)/

/**
 * Reduces an error to what a log may hold: its class, its code, where it was thrown, and its message if that is one of our own or known to
 * be harmless. Engines, databases, parsers and clients quote values, literals, statements and URLs in theirs. An error
 * of the operating system says which call failed, and of which file or address.
 */
export function loggedError(thrown: unknown, depth = 0): LoggedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown }
  const { code } = thrown as { code?: unknown }
  const message = messageOf(thrown)
  const stack = framesOf(thrown)
  const below = depth < depthMax
  return {
    type: typeOf(thrown),
    ...(isCode(code) ? { code } : {}),
    ...(message === undefined ? {} : { message }),
    ...(stack === '' ? {} : { stack }),
    ...(below && thrown.cause !== undefined ? { cause: loggedError(thrown.cause, depth + 1) } : {}),
    ...(below && thrown instanceof AggregateError
      ? { errors: thrown.errors.slice(0, errorsMax).map((one) => loggedError(one, depth + 1)) }
      : {}),
  }
}

const depthMax = 5
const errorsMax = 5

function messageOf(thrown: Error): string | undefined {
  if (ours.some((own) => thrown instanceof own)) return thrown.message
  const { code, syscall, path, address, port } = thrown as NodeJS.ErrnoException & { address?: unknown; port?: unknown }
  if (isCode(code) && isCode(syscall)) return [syscall, code, path, address, port].filter((part) => part !== undefined).join(' ')
  return harmless.exec(thrown.message)?.[0]
}

/** The class of an error; `name` is a text that anybody may have set. */
function typeOf(thrown: Error): string {
  const name = thrown.constructor.name
  return /^[A-Za-z_$][\w$]{0,60}$/.test(name) ? name : 'Error'
}

function isCode(code: unknown): code is string | number {
  return typeof code === 'number' || (typeof code === 'string' && /^[\w-]{1,40}$/.test(code))
}

/** A message may have lines that look like frames, so what is before its end is left out. */
function framesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message)
  const after = at === -1 ? '' : stack.slice(at + message.length)
  return after
    .split('\n')
    .filter((line) => /^ {4}at \S/.test(line))
    .map((line) => line.trim())
    .join('\n')
}
