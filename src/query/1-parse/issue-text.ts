import { z } from 'zod'

/** The kinds of values in JSON, as sentences have them. */
const kinds: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
}
/** The most characters of what was sent that an error repeats. */
const shownMax = 100

/**
 * What is wrong with a member of the input, in words that follow its path: `joins.0.type is none of INNER, LEFT, ANTI`. Undefined where its
 * schema says it by itself.
 */
export function issueText(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `has no member '${issue.keys[0]?.slice(0, shownMax)}'`
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kinds[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `is none of ${issue.values.map(String).join(', ')}`
    case 'too_big':
      return `is over ${issue.maximum}`
    default:
      return undefined
  }
}

/** The members that an object of the input may have, where an issue is about one that it may not have. */
export function knownMembers(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = schema
  for (const part of path) {
    at = inner(at)
    at = at instanceof z.ZodObject ? (at.shape as Record<PropertyKey, unknown>)[part] : at instanceof z.ZodArray ? at.element : undefined
  }
  at = inner(at)
  return at instanceof z.ZodObject ? Object.keys(at.shape as object) : []
}

/** A schema without what lets it be absent. */
function inner(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? inner(schema.unwrap()) : schema
}
