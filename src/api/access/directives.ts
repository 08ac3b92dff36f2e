import { buildASTSchema, type GraphQLDirective, isSpecifiedDirective, parse } from 'graphql'

/** The directives that say who may ask for what; graphql/directives.graphql is written from it. */
export const directivesSdl = `"For everybody. What is seen of it still follows from the catalogue’s own rules"
directive @public on OBJECT | INTERFACE | UNION | FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_OBJECT | INPUT_FIELD_DEFINITION

"For whoever sends a valid token; else null and UNAUTHENTICATED"
directive @authenticated on OBJECT | INTERFACE | UNION | FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_OBJECT | INPUT_FIELD_DEFINITION

"For a token that has every scope of one of these lists; else null and UNAUTHENTICATED or FORBIDDEN"
directive @requiresScopes(scopes: [[String!]!]!) on OBJECT | INTERFACE | UNION | FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_OBJECT | INPUT_FIELD_DEFINITION
`

/** The same, as a schema declares them. */
export const accessDirectives: readonly GraphQLDirective[] = buildASTSchema(parse(directivesSdl))
  .getDirectives()
  .filter((directive) => !isSpecifiedDirective(directive))
