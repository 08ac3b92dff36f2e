/** What one operation may cost. Beyond a limit the error is QUERY_TOO_COMPLEX or RESULT_TOO_LARGE, and its message states the limit. */
export const operationLimits = {
  /** Braces, brackets and parentheses within each other in a document. */
  nesting: 64,
  /** Objects and lists within each other in a request's JSON and in its variables. */
  valueNesting: 64,
  /** Values in a request's JSON, and in its variables as often as they are used. */
  values: 100_000,
  /** Characters of a document: as many tokens as it may have, with room for their names. */
  characters: 500_000,
  /** Lexical tokens of a document. */
  tokens: 15_000,
  /** Fields written in a document. Validation compares fields of one name with each other, which takes the square of their number. */
  fields: 1000,
  aliases: 200,
  directives: 100,
  /** Nested fields, with fragments followed. The largest introspection query has 15. */
  depth: 20,
  /** Fields of an answer, counted while it is made (answer-size.ts). */
  fieldsAnswered: 200_000,
  /** Fields that an answer may hold by a guess at the sizes of its lists, which is made before it runs (estimate.ts). */
  fieldsGuessed: 1_000_000,
  /** Result sets of queries, rows and groups. */
  resultSets: 20,
  /** Rows of all result sets together. */
  rows: 10_000,
} as const
