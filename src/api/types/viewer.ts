import { Directive, Field, ObjectType } from 'type-graphql'

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'The sender of this request, as its token identifies them' })
export class Viewer {
  @Field(() => String, { nullable: true, description: 'The token’s `sub` (RFC 7519, 4.1.2); null without a token' }) subject!: string | null
  @Field(() => [String], {
    description: 'What the token allows: its `scope` (RFC 8693, 4.2), as far as the hub accepts it; empty without a token',
  })
  scopes!: readonly string[]
}
