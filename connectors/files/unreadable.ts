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
