import { DialsError } from '../errors.js'

/** To standard output. A reader that has seen enough and gone (`| head`) is no failure. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The callback has it too; unheard, it would end the process with its stack.
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
