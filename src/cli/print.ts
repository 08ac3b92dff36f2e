import { DialsError } from '../errors.js'

/** Prints to standard output. A reader that stops early (`| head`) is no failure. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The callback gets the error too; without a listener the event would end the process.
    process.stdout.on('error', () => undefined)
    process.stdout.write(text, (error) => {
      if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') return resolve()
      reject(
        new DialsError('INTERNAL_SERVER_ERROR', `The answer cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`, {
          cause: error,
        }),
      )
    })
  })
}
