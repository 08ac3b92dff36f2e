import { Directive, Field, ObjectType } from 'type-graphql'

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'Who asks' })
export class Viewer {
  @Field(() => String, { nullable: true }) subject!: string | null
  @Field(() => [String]) scopes!: readonly string[]
}
