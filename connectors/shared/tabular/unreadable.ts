/**
 * A file that cannot be read as data. The message gives the reason and the fix in words for its publisher. It appears in the catalogue, so
 * it names lines and columns but never quotes a value.
 */
export class Unreadable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Unreadable'
  }
}

/** A file that is data but has no rows. Its columns must be known from an earlier harvest. */
export class NoRows extends Unreadable {
  constructor(message: string) {
    super(message)
    this.name = 'NoRows'
  }
}
