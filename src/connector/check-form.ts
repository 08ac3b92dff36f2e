import type { z } from 'zod'
import { Reason } from '../errors.js'
import { issueText, pathText } from './issue-text.js'

/** A fault of a value, whose message is plain English that follows its place (issue-text.ts). */
export type Fault = z.core.$ZodIssue & {
  /** Names that may be meant in place of one that is not known. */
  readonly suggestions: readonly string[]
}

/** A value of the form of its schema, or its faults: at least one. */
export type CheckedForm<T> = { readonly value: T } | { readonly faults: readonly [Fault, ...Fault[]] }

/**
 * Checks the form of a value that came from outside. The only way in which people see what a schema refuses. An unknown key comes first: it
 * may be why another key is missing.
 */
export function checkForm<T>(schema: z.ZodType<T>, given: unknown): CheckedForm<T> {
  // A schema keeps only the text of an issue, so the suggestions are found again by it.
  const near = new Map<string, readonly string[]>()
  const error = (issue: z.core.$ZodRawIssue) => {
    const { text, suggestions } = issueText(issue)
    near.set(text, suggestions)
    return text
  }
  const parsed = schema.safeParse(given, { error })
  if (parsed.success) return { value: parsed.data }
  const faults = parsed.error.issues.map((issue) => ({ ...issue, suggestions: near.get(issue.message) ?? [] }))
  const isUnknownKey = ({ code }: Fault) => code === 'unrecognized_keys'
  return { faults: [...faults.filter(isUnknownKey), ...faults.filter((fault) => !isUnknownKey(fault))] as [Fault, ...Fault[]] }
}

/** A fault as a clause: `joins[0].type is none of INNER, LEFT, ANTI`. @param whole what the value is called as a whole. */
export const faultText = ({ path, message }: Fault, whole: string) => `${path.length === 0 ? whole : pathText(path)} ${message}`

/** A value that another program of ours, or a server, answered. @throws Reason where it has not the form. */
export function readForm<T>(schema: z.ZodType<T>, given: unknown, whole: string): T {
  const checked = checkForm(schema, given)
  if ('value' in checked) return checked.value
  throw new Reason(`The form of ${whole} is wrong: ${faultText(checked.faults[0], 'it')}`)
}
