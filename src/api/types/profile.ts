import { Directive, Field, Float, ObjectType } from 'type-graphql'
import { Value } from '../scalars.js'

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A value of a column, and how often it occurs' })
export class ValueCount {
  @Field(() => Value, { nullable: true, description: 'In the form of the column’s type; never null in a profile' }) value!: unknown
  @Field(() => Float, { description: 'Rows with this value; a whole number' }) count!: number
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A range of a column’s values, and how many lie in it' })
export class HistogramBin {
  @Field(() => Value, { description: 'The lower end, in the form of the column’s type' }) from!: unknown
  @Field(() => Value, { description: 'The upper end, in the form of the column’s type' }) to!: unknown
  @Field(() => Float, { description: 'Rows whose value lies in it; a whole number' }) count!: number
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description: 'Statistics of a column over all rows. Never made from personal columns, nor shown for closed tables',
})
export class ColumnProfile {
  @Field(() => Float, { description: 'The share of rows without a value, from 0 to 1; 0 for a table without rows' }) nullRatio!: number
  @Field(() => Float, {
    nullable: true,
    description: 'How many different values. Exact for up to 100,000 rows, else an estimate; null for GEOMETRY, JSON and LIST',
  })
  distinctCount?: number
  @Field(() => Value, {
    nullable: true,
    description: 'The smallest value; null without values, for GEOMETRY, JSON and LIST, and where it is a text of over 200 characters',
  })
  min?: unknown
  @Field(() => Value, { nullable: true, description: 'The largest value; null as `min` is' }) max?: unknown
  @Field(() => [ValueCount], {
    description:
      'At most ten values that occur in two or more rows, most frequent first. From a sample in tables of over a million rows; empty where every value is unlike the others',
  })
  topValues!: ValueCount[]
  @Field(() => [HistogramBin], {
    description:
      'At most ten bins of equal width; empty unless the column holds numbers, dates or times. Bins of integers and dates include both ends; ' +
      'other bins include their upper end, and the first bin also the minimum',
  })
  histogram!: HistogramBin[]
}
