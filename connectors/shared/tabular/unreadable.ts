/**
 * A file that cannot be read as data, with the reason and the mend in words for its publisher. The message ends up in the catalogue:
 * it names lines and columns, and never quotes a value.
 */
export class Unreadable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Unreadable'
  }
}

/** A file that is data but holds no rows, so that its columns are known from elsewhere or not at all. */
export class NoRows extends Unreadable {
  constructor(message: string) {
    super(message)
    this.name = 'NoRows'
  }
}
