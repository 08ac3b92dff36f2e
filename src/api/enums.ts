import { registerEnumType } from 'type-graphql'
import type { ColumnUse, Part, Phase } from '../audit/entry.js'
import type { AgreedUse, AgreementKind } from '../policy/agreement.js'
import type { AgreementState } from '../policy/state.js'
import type { Operator } from '../connector/capabilities.js'
import type { ColumnType, Sensitivity } from '../connector/column.js'
import type { Access } from '../connector/catalogue.js'
import type { Encoding, Numbers } from '../connector/engine.js'
import type { Granularity, JoinType } from '../connector/relation.js'
import type { DatasetStatus, HarvestStatus } from '../catalogue/rows.js'
import type { SpokeStatus } from '../catalogue/open-sources.js'
import type { ErrorCode } from '../errors.js'
import type { normaliseNames } from '../query/1-parse/input.js'
import type { MeasureFunction } from '../query/1-parse/parse.js'
import type { SourceReport } from '../query/7-result/query-result.js'
import type { SearchFacet, SearchSort } from '../search/port.js'

type Members<T extends string> = { readonly [K in T]: K }

/** A GraphQL enum. `T` is the type that the rest of the code uses, so that no member is missing here, and `values` describes each. */
function enumOf<T extends string>(name: string, description: string, values: Readonly<Record<T, string>>): Members<T> {
  const described = Object.entries<string>(values)
  const members = Object.fromEntries(described.map(([member]) => [member, member])) as Members<T>
  const valuesConfig = Object.fromEntries(described.map(([member, text]) => [member, { description: text }]))
  registerEnumType(members, { name, description, valuesConfig: valuesConfig as Record<T, { description: string }> })
  return members
}

export const ErrorCodeEnum = enumOf<ErrorCode>('ErrorCode', 'Every code of errors: extensions.code, and `code` of a refused download', {
  BAD_USER_INPUT: 'The input is invalid; extensions.inputPath says where',
  UNKNOWN_TABLE: 'There is no such table, or the viewer may not know of it; the message and extensions.suggestions have near ids',
  UNKNOWN_COLUMN: 'There is no such column, or the viewer may not know of it; the message and extensions.suggestions have near names',
  TYPE_MISMATCH: 'Values of incompatible types are compared, stacked or converted',
  UNAUTHENTICATED: 'This needs a valid token, and the request has none',
  FORBIDDEN: 'The token does not allow this',
  PURPOSE_REQUIRED:
    'There is an agreement, and the request has to confirm the one purpose: in extensions.purpose, the header or the parameter `purpose`',
  PURPOSE_NOT_PERMITTED: 'No agreement in force allows the purpose that the request confirms',
  AGREEMENT_REQUIRED: 'The table is listed but not open to the viewer: it needs an agreement in force that covers it',
  QUERY_TOO_COMPLEX: 'The operation asks for more at once than the hub allows; the message says which part and how much',
  RESULT_TOO_LARGE: 'There are more rows, bytes or memory than the limits allow: ask for fewer rows or columns, or a download',
  VERSION_CHANGED: 'A source has changed since atVersion: begin again from the first page',
  SOURCE_UNAVAILABLE: 'A source is down, refuses, or sends an invalid answer',
  SOURCE_TIMEOUT: 'A source did not answer in time',
  AUDIT_UNAVAILABLE: 'The query cannot be recorded in the audit log, so nothing is read; the message says why',
  INTERNAL_SERVER_ERROR: 'Something went wrong at the hub; its log has the reason',
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema',
  OPERATION_RESOLUTION_FAILURE: 'The document has no operation of that name, or several and no name was given',
  PERSISTED_QUERY_NOT_FOUND: 'The hub does not know this hash: send the query once together with it',
  BAD_REQUEST: 'The HTTP request is not one that the hub can read',
})
export const SpokeStatusEnum = enumOf<SpokeStatus>('SpokeStatus', 'Whether a source answers, as the hub has last seen it', {
  UP: 'It answers',
  DEGRADED: 'It answers, but its last harvest failed or it says that something is wrong',
  DOWN: 'It does not answer',
  UNKNOWN: 'The hub has not asked it yet',
})
export const HarvestStatusEnum = enumOf<HarvestStatus>('HarvestStatus', 'How a harvest ended', {
  RUNNING: 'It has not ended',
  COMPLETE: 'Everything was read',
  PARTIAL: 'Something could not be read, so nothing that was not seen is taken for gone',
  FAILED: 'Nothing could be read, or the run was stopped',
  HELD: 'More datasets would have been removed than the guard allows, so none were',
})
export const AccessEnum = enumOf<Access>(
  'Access',
  'Who may read the rows: the ODI data spectrum, exported as dct:accessRights. ' +
    'Whether others see it in listings is set separately (listing: PUBLIC or PARTIES)',
  {
    OPEN: 'Everybody (PUBLIC)',
    SHARED: 'The organisations that its publisher names (RESTRICTED)',
    CLOSED: 'Nobody else without an agreement (NON_PUBLIC)',
  },
)
export const DatasetStatusEnum = enumOf<DatasetStatus>('DatasetStatus', 'Whether the source of a dataset still has it', {
  ACTIVE: 'It is at its source',
  MISSING: 'No longer at its source, but still in its days of grace (30 unless the operator sets others)',
  ARCHIVED: 'It was missing for longer; only `datasets` with this status finds it',
})
export const ColumnTypeEnum = enumOf<ColumnType>(
  'ColumnType',
  'The type of a column’s values, whatever its source calls it. The JSON form of each is that of numbers: EXACT; docs/graph.md has a table',
  {
    STRING: 'Text. Codes with leading zeros are text',
    BOOLEAN: 'true or false',
    INT64: 'A whole number of 64 bits: a JSON number, or a string throughout the column if any cell passes 2^53',
    DOUBLE: 'A binary floating-point number of 64 bits (IEEE 754): a JSON number; NaN and infinities are null',
    DECIMAL: 'An exact decimal number of up to 38 digits: a string, "40507893.99"',
    DATE: 'A day (ISO 8601): "2026-01-09"',
    TIME: 'A time of day without a zone (ISO 8601): "13:55:48"',
    TIMESTAMP: 'A local date and time without a zone (ISO 8601): "2026-01-09T13:55:48"',
    TIMESTAMPTZ: 'An instant (RFC 3339), in UTC in answers: "2026-01-09T13:55:48Z"',
    GEOMETRY: 'A GeoJSON geometry (RFC 7946), longitude first, in degrees of WGS84',
    JSON: 'Any JSON value (RFC 8259)',
    LIST: 'A list of JSON values',
  },
)
export const SensitivityEnum = enumOf<Sensitivity>('Sensitivity', 'Whether a column tells about persons', {
  NONE: 'It does not',
  PERSONAL: 'It identifies or describes a person (GDPR Article 4; dpv:PersonalData)',
  SPECIAL_CATEGORY: 'It holds data that GDPR Article 9 protects, such as health (dpv:SpecialCategoryPersonalData)',
})
export const DecisionEnum = enumOf('Decision', 'What the viewer may do with a column', {
  ALLOW: 'Read it',
  MASK: 'Read it in a protected form: obligations say what is done to it',
  DENY: 'Nothing',
})
export const AuditPhaseEnum = enumOf<Phase>('AuditPhase', 'What an entry of the audit log says', {
  INTENT: 'Data are asked for: written before anything is read',
  OUTCOME: 'What came of it: written once all was sent, or it failed',
  DENY: 'Access was refused',
  ADMIN: 'The hub was changed: its start, its keys, a harvest that was let through',
})
export const AuditPartEnum = enumOf<Part>('AuditPart', 'Why an entry of the audit log is that of its party', {
  REQUESTER: 'It asked',
  DISCLOSER: 'Its tables were asked for',
  OPERATOR: 'It runs the hub',
})
export const AuditUseEnum = enumOf<ColumnUse>('AuditUse', 'What a query uses a column for', {
  SELECT: 'To show it',
  FILTER: 'To choose rows',
  JOIN: 'To find partners of rows',
  GROUP: 'To group rows',
  AGGREGATE: 'To compute from it',
  SORT: 'To order rows',
})
export const AgreementKindEnum = enumOf<AgreementKind>('AgreementKind', 'Which side of an exchange an agreement is', {
  DISCLOSURE: 'The discloser lets recipients have data',
  RECEIPT: 'Recipients bind themselves to the purpose and the duties',
})
export const AgreementStateEnum = enumOf<AgreementState>('AgreementState', 'Where an agreement stands', {
  DRAFT: 'Its maker alone sees it',
  OFFERED: 'Its text is fixed, and parties sign it',
  AGREED: 'All parties have signed; its time has not come',
  IN_FORCE: 'All parties have signed, and it is in its time: it counts',
  SUSPENDED: 'A party has suspended it: it does not count until that party lets it go on',
  EXPIRED: 'Its time is over',
  TERMINATED: 'A party has ended it for good',
})
export const ColumnUseEnum = enumOf<AgreedUse>('ColumnUse', 'What an agreement lets a column be used for', {
  SELECT: 'To show it, or to order rows by it',
  FILTER: 'To choose rows',
  JOIN: 'To find partners of rows',
  GROUP: 'To group rows',
  AGGREGATE: 'To compute from it',
})
export const GranularityEnum = enumOf<Granularity>('Granularity', 'A stretch of the calendar, in the time zone of the query', {
  DAY: 'A day',
  WEEK: 'A week, from Monday (ISO 8601)',
  MONTH: 'A month',
  QUARTER: 'Three months, from January, April, July or October',
  YEAR: 'A year, from January',
})
export const MeasureFunctionEnum = enumOf<MeasureFunction>(
  'MeasureFunction',
  'What a measure computes. All leave nulls out; all but COUNT and COUNT_DISTINCT are null for a group without values',
  {
    COUNT: 'Rows, or the values of a column that are not null: INT64',
    COUNT_DISTINCT: 'Different values: INT64',
    SUM: 'Of INT64 or DECIMAL an exact DECIMAL with the digits of the column (INT64: none after the point); of DOUBLE a DOUBLE',
    AVG:
      'Of DECIMAL a DECIMAL, the exact sum over the count, rounded half to even at six digits more after the point than the column has ' +
      '(at most 38); of INT64 and DOUBLE a DOUBLE',
    MIN: 'The smallest value, of the column’s own type',
    MAX: 'The largest value, of the column’s own type',
    MEDIAN: 'The middle value, or the mean of the two in the middle: DOUBLE',
    STDDEV: 'The standard deviation of a sample (n − 1), null for a single value: DOUBLE',
  },
)
export const JoinTypeEnum = enumOf<JoinType>('JoinType', 'Which rows a join keeps', {
  INNER: 'Pairs of partners',
  LEFT: 'Pairs of partners, and left rows without one; the columns of the right side are null there',
  ANTI: 'Left rows without a partner, null keys included; the answer has no columns of the right side',
})
export const NormaliseEnum = enumOf<(typeof normaliseNames)[number]>('Normalise', 'As what the keys of a join are compared', {
  EXACT: 'As they are; numbers of unlike types by their exact values',
  POSTCODE: 'Without regard to case and blanks, O and 0, I and 1 put right where the place makes it certain',
  UPRN: '1 to 12 digits as a number, so 010094055034 and 10094055034.0 are one',
  TEXT: 'By their canonical text, without blanks at its ends',
})
export const DirectionEnum = enumOf('Direction', 'The direction of an order; text is ordered by its UTF-8 bytes', {
  ASC: 'Smallest, earliest or A first',
  DESC: 'Largest, latest or Z first',
})
export const NullsEnum = enumOf('Nulls', 'Where rows without a value stand in an order', {
  FIRST: 'Before all others',
  LAST: 'After all others',
})
export const OnSourceErrorEnum = enumOf('OnSourceError', 'What a query does when a source does not answer', {
  FAIL: 'It fails: no answer is short by surprise',
  PARTIAL: 'It answers without that source: then `complete` is false, and `sources` says whose rows are missing',
})
export const NumbersEnum = enumOf<Numbers>('Numbers', 'The forms that numbers have in rows', {
  EXACT: 'No digit is lost: DECIMAL is a string, INT64 a number or, if any cell of the column passes 2^53, a string throughout',
  DOUBLE: 'Every number is a JSON number, for charts: sums too. A DECIMAL, and an INT64 beyond 2^53, is then read as the nearest double',
})
export const EncodingEnum = enumOf<Encoding>('Encoding', 'The JSON form that all cells of a column have, unless they are null', {
  BOOLEAN: 'true or false',
  NUMBER: 'A number',
  STRING: 'A string',
  LIST: 'An array',
  OBJECT: 'Any JSON value; for GEOMETRY an object',
})
export const SourceStatusEnum = enumOf<SourceReport['status']>('SourceStatus', 'How a source answered', {
  OK: 'In full',
  FAILED: 'With an error, or not at all',
  TIMED_OUT: 'Not in time',
  TRUNCATED: 'It stopped early, and says so: rows are missing',
  SKIPPED: 'It was not asked, because no row of it could be in the answer',
})
export const SearchFacetEnum = enumOf<SearchFacet>('SearchFacet', 'What hits are counted by', {
  SPOKE: 'The id of the spoke',
  ORGANISATION: 'The id of the publisher',
  THEME: 'The theme, in this hub’s words; a dataset counts in broader themes too',
  KEYWORD: 'The keyword, in lower case',
  FORMAT: 'The format of a distribution: csv',
  LICENCE: 'The id of the licence, else its title',
  ACCESS: 'Who may read the rows: OPEN, SHARED or CLOSED',
  SEMANTIC_TYPE: 'What a column’s values are: UPRN',
})
export const SearchSortEnum = enumOf<SearchSort>('SearchSort', 'The order of hits', {
  RELEVANCE: 'Best first; without text, latest modified first',
  MODIFIED_DESC: 'Latest modified first; those of unknown time last',
  TITLE_ASC: 'By title, without regard to case',
})
export const OperatorEnum = enumOf<Operator>('Operator', 'A step of a query that a source may run itself', {
  PROJECT: 'Reads only some columns, or converts them',
  FILTER: 'Keeps some rows',
  KEYS: 'Keeps the rows whose key the other side of a join has; the hub sent the keys',
  JOIN: 'Joins tables of its own',
  AGGREGATE: 'Groups and measures',
  SORT: 'Sorts',
  LIMIT: 'Sends the first rows only',
})
