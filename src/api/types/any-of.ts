import { Field } from 'type-graphql'

/** A field of a filter: a list of which one value has to hold. */
export const anyOf = (type: object, description: string) =>
  Field(() => [type as typeof String], { nullable: true, description: `${description}. Absent or null: all; an empty list: none` })
