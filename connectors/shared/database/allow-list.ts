import { fullName, type Named } from './ids.js'

/** Whether the configuration lists a table: by its schema, and by its name with or without the schema. */
export function allowList(schemas: readonly string[], tables: readonly string[]): (table: Named) => boolean {
  const isSchema = anyOf(schemas)
  const isTable = anyOf(tables)
  return (table) => isSchema(table.schema) && (isTable(table.name) || isTable(fullName(table)))
}

function anyOf(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map((pattern) => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 'su'))
  return (name) => expressions.some((expression) => expression.test(name))
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
