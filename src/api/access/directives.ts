import { buildASTSchema, type GraphQLDirective, isSpecifiedDirective, parse } from 'graphql'

/** The directives that say who may use what; graphql/directives.graphql is written from this. */
export const directivesSdl = `"For everybody. The catalogue’s own rules still decide which data a viewer sees"
directive @public on OBJECT | INTERFACE | UNION | FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_OBJECT | INPUT_FIELD_DEFINITION

"For requests with a valid token; else null and UNAUTHENTICATED"
directive @authenticated on OBJECT | INTERFACE | UNION | FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_OBJECT | INPUT_FIELD_DEFINITION

"On a field: it is recorded in the audit log before anything is read, and what it answers has a receipt. On a type: it holds data, so every field of it is"
directive @audit on OBJECT | FIELD_DEFINITION

"For requests whose token has every scope of one of these lists; else null and UNAUTHENTICATED or FORBIDDEN"
directive @requiresScopes(
  "The token has to have every scope of one of these lists"
  scopes: [[String!]!]!
) on OBJECT | INTERFACE | UNION | FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_OBJECT | INPUT_FIELD_DEFINITION
`

/** The same, as directives for a schema. */
export const accessDirectives: readonly GraphQLDirective[] = buildASTSchema(parse(directivesSdl))
  .getDirectives()
  .filter((directive) => !isSpecifiedDirective(directive))
