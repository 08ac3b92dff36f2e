/** The part of the connector contract's `Log` that this folder needs, declared again because `src/database` may not import the contract. */
export interface DatabaseLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
