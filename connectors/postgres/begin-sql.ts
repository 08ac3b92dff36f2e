import type { PostgresConfig } from './config.js'
import { integer } from '../shared/database/integer.js'

/**
 * SQL that begins a read-only transaction. Its settings end with the transaction: time limits, and the formats in which values are written.
 * @param timeoutMs the most for each statement, in milliseconds. Default, and upper bound: the configuration's.
 */
export function beginSql({ statementTimeoutMs, lockTimeoutMs }: PostgresConfig, timeoutMs = statementTimeoutMs): string {
  const settings: Record<string, string> = {
    statement_timeout: integer(Math.max(1, Math.min(Math.ceil(timeoutMs), statementTimeoutMs))),
    lock_timeout: integer(lockTimeoutMs),
    idle_in_transaction_session_timeout: integer(statementTimeoutMs),
    TimeZone: "'UTC'",
    DateStyle: "'ISO, YMD'",
    IntervalStyle: "'iso_8601'",
    bytea_output: "'hex'",
    extra_float_digits: '1',
  }
  return ['BEGIN READ ONLY', ...Object.entries(settings).map(([name, value]) => `SET LOCAL ${name} = ${value}`)].join('; ')
}
