/** What this room logs through: the connector contract's `Log`, told by shape because `src/database` lies below the contract. */
export interface DatabaseLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
