import { z } from 'zod'

/** The message of an error, for people. A validator's own is JSON. */
export function plainReason(error: Error): string {
  return error instanceof z.core.$ZodError ? z.prettifyError(error).replaceAll(/\s*\n\s*/g, ' ') : error.message
}
