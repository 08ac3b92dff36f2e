import { registerEnumType } from 'type-graphql'
import { operators } from '../connector/capabilities.js'
import { columnTypes, sensitivities } from '../connector/column.js'
import { granularities, joinTypes } from '../connector/relation.js'
import { errorCodes } from '../errors.js'
import { normaliseNames } from '../query/1-parse/input.js'
import { searchFacets, searchSorts } from '../search/port.js'

type Members<T extends string> = { readonly [K in T]: K }

/** A GraphQL enum from a list, which stays the only place that names its members. */
function enumOf<T extends string>(name: string, members: readonly T[], description?: string): Members<T> {
  const values = Object.fromEntries(members.map((member) => [member, member])) as Members<T>
  registerEnumType(values, { name, ...(description ? { description } : {}) })
  return values
}

export const ErrorCodeEnum = enumOf('ErrorCode', errorCodes)
export const SpokeStatusEnum = enumOf('SpokeStatus', ['UP', 'DEGRADED', 'DOWN', 'UNKNOWN'])
export const HarvestStatusEnum = enumOf(
  'HarvestStatus',
  ['RUNNING', 'COMPLETE', 'PARTIAL', 'FAILED', 'HELD'],
  'HELD: more datasets would have been removed than the guard allows, so none were',
)
export const AccessEnum = enumOf(
  'Access',
  ['OPEN', 'SHARED', 'CLOSED'],
  'ODI data spectrum; exported as dct:accessRights PUBLIC, RESTRICTED, NON_PUBLIC. ' +
    'Whether others see it in listings is set separately (listing: PUBLIC or PARTIES)',
)
export const DatasetStatusEnum = enumOf(
  'DatasetStatus',
  ['ACTIVE', 'MISSING', 'ARCHIVED'],
  'MISSING: no longer at its source, but still in its days of grace',
)
export const ColumnTypeEnum = enumOf('ColumnType', columnTypes)
export const SensitivityEnum = enumOf('Sensitivity', sensitivities)
export const DecisionEnum = enumOf('Decision', ['ALLOW', 'MASK', 'DENY'])
export const GranularityEnum = enumOf('Granularity', granularities)
export const MeasureFunctionEnum = enumOf('MeasureFunction', ['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX', 'MEDIAN', 'STDDEV'])
export const JoinTypeEnum = enumOf('JoinType', joinTypes, 'ANTI: left rows without a partner, null keys included')
export const NormaliseEnum = enumOf(
  'Normalise',
  normaliseNames,
  'As what the keys of a join are compared. EXACT: as they are; numbers of unlike types by their exact values. TEXT: by their canonical text, ' +
    'without blanks at its ends. UPRN: 1 to 12 digits as a number, so 010094055034 and 10094055034.0 are one. POSTCODE: without regard to ' +
    'case and blanks, O and 0, I and 1 put right where the place makes it certain',
)
export const DirectionEnum = enumOf('Direction', ['ASC', 'DESC'])
export const NullsEnum = enumOf('Nulls', ['FIRST', 'LAST'])
export const OnSourceErrorEnum = enumOf('OnSourceError', ['FAIL', 'PARTIAL'])
export const NumbersEnum = enumOf('Numbers', ['EXACT', 'DOUBLE'], 'DOUBLE: every number a JSON number')
export const EncodingEnum = enumOf('Encoding', ['BOOLEAN', 'NUMBER', 'STRING', 'LIST', 'OBJECT'])
export const SourceStatusEnum = enumOf('SourceStatus', ['OK', 'FAILED', 'TIMED_OUT', 'TRUNCATED', 'SKIPPED'])
export const SearchFacetEnum = enumOf('SearchFacet', searchFacets)
export const SearchSortEnum = enumOf('SearchSort', searchSorts)
export const OperatorEnum = enumOf('Operator', operators)
