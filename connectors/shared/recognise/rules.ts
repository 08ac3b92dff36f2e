import type { ColumnType } from '../../../src/connector/column.js'
import { literal } from '../engine-sql.js'
import { workRole } from './person-roles.js'
import { plainlyTitled } from './person-values.js'

/** How a semantic type is recognised: by the column's name and its values, or by values alone if they can be nothing else. */
export interface Rule {
  semanticType: string
  /** Matches the lower-case letters and digits of the name, without anything between them. */
  name: RegExp
  /** Names that the rule does not apply to. */
  except?: RegExp
  /** The column types that it applies to. */
  types: readonly ColumnType[]
  /** SQL: whether a value is of this kind. The value is trimmed text. */
  value: (text: string) => string
  /** The share of all values that must be of this kind. */
  share: number
}

const matches = (regex: string) => (text: string) => `regexp_full_match(${text}, ${literal(regex)})`
/** Puts a cheap test before the regular expression, because every text column is examined. */
const when = (glance: (text: string) => string, regex: string) => (text: string) => `(${glance(text)} AND ${matches(regex)(text)})`
const between = (low: number, high: number) => (text: string) => `coalesce(try_cast(${text} AS DOUBLE) BETWEEN ${low} AND ${high}, false)`
const code: readonly ColumnType[] = ['STRING', 'INT64']
const number: readonly ColumnType[] = ['INT64', 'DECIMAL', 'DOUBLE', 'STRING']
const text: readonly ColumnType[] = ['STRING']

/** SQL: checks the NHS number's check digit (NHS Data Dictionary, 'NHS NUMBER', Modulus 11). */
function nhsNumber(raw: string): string {
  const digits = `replace(${raw}, ' ', '')`
  const digit = (at: number) => `TRY_CAST(substr(${digits}, ${at}, 1) AS INTEGER)`
  const sum = Array.from({ length: 9 }, (_, at) => `${digit(at + 1)} * ${10 - at}`).join(' + ')
  return `CASE WHEN regexp_full_match(${digits}, '[0-9]{10}') THEN (11 - (${sum}) % 11) % 11 = ${digit(10)} ELSE false END`
}

/** SQL: whether a value is a person's name: words of letters, but neither an organisation nor a word that replaces a removed name. */
function personName(raw: string): string {
  const takenOut = '(?i)^(?:redacted|anon|withheld|unknown|vacant|none|not |n/?a$)'
  const organisation = '(?i)\\b(?:ltd|limited|plc|llp|council|company|trust|school|academy|association|services|university|hospital)\\b'
  return `(regexp_full_match(${raw}, '[\\p{L}][\\p{L}\\p{M}''’. ,-]{0,80}') AND NOT regexp_matches(${raw}, '${takenOut}') AND NOT regexp_matches(${raw}, '${organisation}'))`
}

/** Words before `name` in headers of persons' names. */
const peopleWords = [
  'first',
  'last',
  'middle',
  'given',
  'family',
  'full',
  'maiden',
  'christian',
  'person',
  'tenant',
  'applicant',
  'patient',
  'client',
  'employee',
  'resident',
  'customer',
  'claimant',
  'contact',
  'child',
  'parent',
  'carer',
  'owner',
]

/** Rules by name and values. The first that a column meets decides. */
export const rules: readonly Rule[] = [
  {
    semanticType: 'UPRN',
    name: /uprn|uniquepropertyreferencenumber/,
    types: code,
    value: matches('[1-9][0-9]{0,11}|0[0-9]{11}'),
    share: 0.95,
  },
  { semanticType: 'USRN', name: /usrn|uniquestreetreferencenumber/, types: code, value: matches('[1-9][0-9]{5,7}'), share: 0.95 },
  {
    semanticType: 'POSTCODE',
    name: /postcode|postalcode/,
    types: text,
    value: matches('(?i)[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}'),
    share: 0.9,
  },
  { semanticType: 'LSOA', name: /lsoa|lower(?:layer)?superoutputarea/, types: text, value: matches('[EW]01[0-9]{6}'), share: 0.95 },
  { semanticType: 'MSOA', name: /msoa|middle(?:layer)?superoutputarea/, types: text, value: matches('[EW]02[0-9]{6}'), share: 0.95 },
  { semanticType: 'WARD', name: /ward|wd\d\dcd/, types: text, value: matches('[EW]05[0-9]{6}'), share: 0.95 },
  {
    semanticType: 'LOCAL_AUTHORITY',
    name: /localauthority|borough|council|district|gss|^la(?:d|ua)?\d*(?:cd|code)?$|^lad\d\dcd|servicecode/,
    types: text,
    value: matches('E0[6-9][0-9]{6}|W06[0-9]{6}'),
    share: 0.95,
  },
  { semanticType: 'EASTING', name: /easting/, types: number, value: between(0, 700_000), share: 0.95 },
  { semanticType: 'NORTHING', name: /northing/, types: number, value: between(0, 1_300_000), share: 0.95 },
  { semanticType: 'LATITUDE', name: /^lat$|latitude/, types: number, value: between(-90, 90), share: 0.95 },
  { semanticType: 'LONGITUDE', name: /^(?:lng|lon|long)$|longitude/, types: number, value: between(-180, 180), share: 0.95 },
  { semanticType: 'NHS_NUMBER', name: /nhs(?:no|num|number|id)?/, types: code, value: nhsNumber, share: 0.6 },
  {
    semanticType: 'NINO',
    name: /nino|nationalinsurance|^ni(?:no|number|num)$/,
    types: text,
    value: matches('(?i)[A-CEGHJ-PR-TW-Z]{2}(?: ?[0-9]{2}){3} ?[A-D]?'),
    share: 0.6,
  },
  { semanticType: 'EMAIL', name: /e?mail/, types: text, value: matches('[^@\\s,;]+@[^@\\s,;]+\\.[A-Za-z]{2,}'), share: 0.8 },
  {
    semanticType: 'PHONE',
    name: /phone|mobile|^tel|contactn(?:o|um|umber)|telno|^mob|^cell|landline|^fax/,
    types: code,
    value: matches('(?:\\+?44|0|7)[0-9 ()-]{9,16}(?:[^0-9].*)?'),
    share: 0.8,
  },
  {
    semanticType: 'PERSON_NAME',
    name: new RegExp(`(?:${peopleWords.join('|')})s?names?\\d*$|forenames?\\d*$|surnames?\\d*$|^[fl]name\\d*$`),
    except: workRole,
    types: text,
    value: personName,
    share: 0.6,
  },
  {
    semanticType: 'DATE_OF_BIRTH',
    name: /dateofbirth|dateborn|birthda?te?|dob\d*$|^dob|birthday$|born(?:on)?$|births?\d*$|^bday/,
    except: /registered|registration|stillborn/,
    types: ['DATE', 'TIMESTAMP', 'STRING'],
    value: matches('[0-9]{1,4}[-/. ][0-9A-Za-z]{1,9}[-/. ][0-9]{1,4}(?:[ T].*)?'),
    share: 0.6,
  },
  {
    semanticType: 'COMPANY_NUMBER',
    name: /compan(?:y|ies)(?:house)?(?:reg(?:istration)?)?(?:no|num|number|id)|^crn$/,
    types: code,
    value: matches('[0-9]{7,8}|[A-Z]{2}[0-9]{6}'),
    share: 0.9,
  },
  { semanticType: 'URN', name: /^(?:school)?urn$|uniquereferencenumber/, types: code, value: matches('[1-9][0-9]{4,5}'), share: 0.95 },
  {
    semanticType: 'MONEY',
    name: /amount|cost|price|value|salary|budget|spend|total|fee|grant|payment|paid|rent|income|gbp/,
    types: ['DECIMAL'],
    value: matches('-?[0-9]+\\.[0-9]{2}'),
    share: 1,
  },
  {
    semanticType: 'URL',
    name: /website|webaddress|url|uri|link|webpage|homepage/,
    types: text,
    value: matches('(?i)(?:https?://|www\\.)\\S+'),
    share: 0.9,
  },
]

/** Rules for columns whose names say nothing. Values that fit can only belong to a person or an office. */
export const rulesByValues: readonly Rule[] = [
  {
    semanticType: 'EMAIL',
    name: /./,
    types: text,
    value: when((raw) => `contains(${raw}, '@')`, '[^@\\s,;]+@[^@\\s,;]+\\.[A-Za-z]{2,}'),
    share: 0.5,
  },
  {
    semanticType: 'NINO',
    name: /./,
    types: text,
    value: when((raw) => `length(${raw}) BETWEEN 9 AND 13`, '(?i)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?[0-9]{2}){3} ?[A-D]'),
    share: 0.5,
  },
  {
    semanticType: 'PHONE',
    name: /./,
    types: text,
    value: when((raw) => `length(${raw}) BETWEEN 11 AND 22`, '(?:\\+44 ?(?:\\(0\\))?|0)7[1-57-9](?:[ -]?[0-9]){8}'),
    share: 0.5,
  },
  {
    semanticType: 'NHS_NUMBER',
    name: /./,
    except: /isbn|issn/,
    types: text,
    share: 0.8,
    value: (raw) =>
      `(${when((value) => `length(${value}) = 12`, '[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}')(raw)} AND ${nhsNumber(`replace(${raw}, '-', ' ')`)})`,
  },
  {
    semanticType: 'PERSON_NAME',
    name: /./,
    types: text,
    value: (raw) => `(lower(left(${raw}, 1)) IN ('m', 'c') AND ${plainlyTitled(raw)})`,
    share: 0.3,
  },
]
