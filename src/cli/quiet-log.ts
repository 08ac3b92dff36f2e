import type { Log } from '../connector/source.js'

/** A log that says nothing: what goes wrong is the error of the command. */
export const quietLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
