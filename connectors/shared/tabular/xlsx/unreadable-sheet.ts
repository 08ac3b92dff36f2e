import { Unreadable } from '../unreadable.js'

/** A sheet that cannot be read as a table, although the other sheets of its workbook can. */
export class UnreadableSheet extends Unreadable {}
