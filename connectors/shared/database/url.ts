import { z } from 'zod'

/**
 * What is wrong with the host of a url, in words for the operator; undefined if it is one host. Whether plain text is allowed is judged by
 * the host, so the driver must have no other.
 */
export function hostProblem(host: string): string | undefined {
  if (host === '') return 'names no host'
  if (host.includes(',')) return 'names more than one host: give one'
  return /^(?:[\w.-]+|\[[\da-f:.]+\]|\/[^%\0]*)$/i.test(host)
    ? undefined
    : 'has a host with signs that no name of a host has: write it plainly, without percent signs'
}

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
