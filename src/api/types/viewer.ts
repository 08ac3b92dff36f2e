import { Directive, Field, ObjectType } from 'type-graphql'

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'The sender of this request, as its token identifies them' })
export class Viewer {
  @Field(() => String, { nullable: true }) subject!: string | null
  @Field(() => [String]) scopes!: readonly string[]
}
