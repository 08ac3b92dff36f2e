import type { ColumnType, Shape } from '../../../../src/connector/column.js'
import { trimmed } from './decide.js'
import type { Decision } from './decision.js'

/** Whether `meetDemand` can give every value the demanded type without loss, as far as is known without reading the values again. */
export function isMet({ shape: { type } }: Decision, demanded: ColumnType): boolean {
  return (
    demanded === type ||
    demanded === 'STRING' ||
    (demanded === 'DECIMAL' && type === 'INT64') ||
    (demanded === 'TIMESTAMP' && type === 'DATE')
  )
}

/**
 * Gives a column the type that `catalogue.yaml` asks for, if no value is lost. Otherwise keeps the type of the values and reports that.
 * @param text SQL of the column as text.
 * @param scaleMost the most decimals, if the column holds plain numbers.
 */
export function meetDemand(found: Decision, demanded: ColumnType | undefined, text: string, scaleMost?: number): Decision {
  const { type } = found.shape
  if (demanded === undefined || demanded === type) return found
  // A publisher who gives a column's type has settled its commas too.
  const { commas: _commas, swapped: _swapped, ...decision } = found
  const { problem: _, ...rest } = decision
  if (demanded === 'STRING') return { ...rest, shape: { type: 'STRING' }, sql: text }
  const cast = (as: string) => `CAST(${decision.sql} AS ${as})`
  if (demanded === 'DOUBLE' && (type === 'INT64' || type === 'DECIMAL'))
    return { ...decision, shape: { type: 'DOUBLE' }, sql: cast('DOUBLE') }
  if (demanded === 'DECIMAL' && type === 'INT64') return { ...decision, shape: { type: 'DECIMAL', scale: 0 }, sql: cast('DECIMAL(38, 0)') }
  if (demanded === 'DECIMAL' && type === 'DOUBLE' && scaleMost !== undefined && scaleMost <= 10 && decision.plain !== undefined) {
    return { ...decision, shape: { type: 'DECIMAL', scale: scaleMost }, sql: `CAST(${decision.plain} AS DECIMAL(38, ${scaleMost}))` }
  }
  if (demanded === 'TIMESTAMP' && type === 'DATE') return { ...decision, shape: { type: 'TIMESTAMP' }, sql: cast('TIMESTAMP') }
  if (!scalars.has(demanded))
    return {
      ...decision,
      problem: `the catalogue asks for ${demanded}, which is not read from text or numbers; ${type === 'STRING' ? 'kept as text' : `read as ${type}`}.`,
    }
  return { ...decision, problem: `the catalogue asks for ${demanded}, but its values are not all of that type; read as ${type}.` }
}

/** Types that single values can be read as. */
const scalars: ReadonlySet<ColumnType> = new Set<ColumnType>([
  'STRING',
  'BOOLEAN',
  'INT64',
  'DECIMAL',
  'DOUBLE',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMPTZ',
])

const emptyShapes: Partial<Record<ColumnType, { shape: Shape; as: string }>> = {
  ...Object.fromEntries(
    (['BOOLEAN', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ', 'DOUBLE'] as const).map((type) => [type, { shape: { type }, as: type }]),
  ),
  INT64: { shape: { type: 'INT64' }, as: 'BIGINT' },
  DECIMAL: { shape: { type: 'DECIMAL', scale: 0 }, as: 'DECIMAL(38, 0)' },
}

/** A column without values has whatever type is asked for. */
export function emptyAs(found: Decision, demanded: ColumnType | undefined, column: string): Decision {
  const empty = demanded === undefined ? undefined : emptyShapes[demanded]
  return empty === undefined
    ? meetDemand(found, demanded, column)
    : { shape: empty.shape, sql: `CAST(${trimmed(column)} AS ${empty.as})`, empty: true }
}
