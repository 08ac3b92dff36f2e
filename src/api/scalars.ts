import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { iriForm } from '../connector/identifier-forms.js'

const isoDateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/** An instant: RFC 3339, in UTC in answers. */
export const DateTime = new GraphQLScalarType<Date | string, string>({
  name: 'DateTime',
  description: 'An instant with its offset: "2026-01-09T13:55:48Z". In UTC with milliseconds in answers',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
})

function parseDateTime(value: unknown): Date {
  const time = typeof value === 'string' && isoDateTime.test(value) ? new Date(value) : undefined
  if (time === undefined || Number.isNaN(time.getTime()))
    throw new GraphQLError('A DateTime is an instant with its offset: 2026-01-09T13:55:48Z')
  return time
}

/** RFC 3987. */
export const Iri = new GraphQLScalarType<string, string>({
  name: 'IRI',
  description:
    'An absolute internationalised resource identifier: "https://data.example/datasets/camden/libraries". In answers an http or https link',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3987',
  serialize: String,
  parseValue: parseIri,
  parseLiteral: (node) => parseIri(node.kind === Kind.STRING ? node.value : undefined),
})

function parseIri(value: unknown): string {
  if (typeof value === 'string' && iriForm.test(value)) return value
  throw new GraphQLError('An IRI is absolute: https://w3id.org/dpv#ImprovePublicServices')
}

/** Any JSON value. */
export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value. A row of ResultSet.records is an object whose cells have the forms of Value',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literalValue(node, variables),
})

/** A table cell. */
export const Value = new GraphQLScalarType<unknown, unknown>({
  name: 'Value',
  description:
    'A table cell. A column has one JSON form throughout a result, given by ResultColumn.encoding: INT64 a number, or a string ' +
    'throughout if any cell passes 2^53; DECIMAL a string; dates ISO 8601; GEOMETRY GeoJSON; NaN and infinities null; a suppressed ' +
    'cell {"suppressed": true}. As input: strings are accepted for any type in its canonical form; a number for a STRING column is ' +
    'TYPE_MISMATCH; unsafe integers are refused. No standard specifies it: docs/graph.md of Seven Dials has a table of its forms.',
  serialize: (value) => value,
  parseValue: cell,
  parseLiteral: (node) => {
    // An integer literal is exact, so it stays text if JavaScript would round it.
    if (node.kind === Kind.INT && !Number.isSafeInteger(Number(node.value))) return node.value
    return cell(literalValue(node, undefined))
  },
})

function cell(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  throw new GraphQLError('A Value is a string, a number or a boolean')
}

function literalValue(node: ValueNode, variables: Record<string, unknown> | null | undefined): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.NULL:
      return null
    case Kind.LIST:
      return node.values.map((value) => literalValue(value, variables))
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, literalValue(field.value, variables)]))
    case Kind.VARIABLE:
      return variables?.[node.name.value]
  }
}
