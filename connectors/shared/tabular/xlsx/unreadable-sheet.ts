import { Unreadable } from '../unreadable.js'

/** One sheet cannot be read as a table; the other sheets of its workbook can. */
export class UnreadableSheet extends Unreadable {}
