import { z } from 'zod'

/** The setting `url` of a database. @param scheme what the url begins with, and that in words for an operator. */
export function databaseUrl(scheme: RegExp, words: string): z.ZodString {
  return z
    .string()
    .min(1)
    .max(4096)
    .regex(scheme, words)
    .refine((url) => URL.canParse(url), {
      abort: true,
      message: 'is no URL: in a password, what is neither letter nor digit is percent-encoded',
    })
}
