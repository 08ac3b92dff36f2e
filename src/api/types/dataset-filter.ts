import { Field, ID, InputType } from 'type-graphql'
import type { DatasetStatus } from '../../catalogue/rows.js'
import { DatasetStatusEnum } from '../enums.js'
import { DateTime } from '../scalars.js'
import { anyOf } from './any-of.js'

@InputType({ description: 'Every condition that is given has to hold; of a list, one of its values' })
export class DatasetFilter {
  @anyOf(ID, 'Ids of spokes: camden. One that there is not is refused with near names') spokes?: string[]
  @anyOf(ID, 'Ids of publishers: london-borough-of-camden. One that there is not is refused with near names') organisations?: string[]
  @anyOf(String, 'Values of Dataset.themes, without regard to case and blanks; `search` knows other names and broader themes too')
  themes?: string[]
  @anyOf(String, 'Values of Dataset.keywords, without regard to case and blanks: council tax') keywords?: string[]
  @anyOf(String, 'Formats of distributions, without regard to case: csv') formats?: string[]
  @anyOf(String, 'Ids of licences, or titles of those without an id: OGL-UK-3.0') licences?: string[]
  @Field(() => [DatasetStatusEnum], { nullable: true, description: 'Absent or null: ACTIVE and MISSING; an empty list: none' })
  status?: DatasetStatus[]
  @Field(() => DateTime, { nullable: true, description: 'Only datasets modified after this instant; those of unknown time are left out' })
  modifiedAfter?: Date
}
