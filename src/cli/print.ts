import { DialsError } from '../errors.js'

/** Prints to standard output. A reader that stops early (`| head`) is no failure. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The callback gets the error too; without a listener the event would end the process.
    process.stdout.on('error', () => undefined)
    process.stdout.write(text, (error) => {
      if (!error || isGone(error)) return resolve()
      reject(cannotWrite(error))
    })
  })
}

/** Whether the reader of standard output has gone. */
export function isGone(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === 'EPIPE'
}

/** The error where an answer arrived and cannot be written. */
export function cannotWrite(cause: unknown): DialsError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
  return new DialsError('INTERNAL_SERVER_ERROR', `The answer cannot be written (${code}).`, { cause })
}
