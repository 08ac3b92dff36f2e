import type { Struct, Thrift } from './thrift.js'

/** The value of a field. Undefined where the structure has none. */
export function field({ fields }: Struct, id: number): Thrift | undefined {
  return fields.find(([own]) => own === id)?.[1]
}

/** The structures of a list. @throws Error where the field is no list of structures. */
export function items(of: Struct, id: number): Struct[] {
  const value = field(of, id)
  if (value?.kind !== 'list' || value.of !== 'struct') throw new Error(`Parquet metadata without its field ${id}`)
  return value.items as Struct[]
}

/** A list of structures. */
export function listOf(structs: readonly Struct[]): Thrift {
  return { kind: 'list', of: 'struct', items: structs }
}

/** A copy of a structure with some fields changed. The order of the fields stays. */
export function changed(of: Struct, values: Readonly<Record<number, Thrift | undefined>>): Struct {
  return { kind: 'struct', fields: of.fields.map(([id, value]) => [id, id in values ? values[id] : value]) }
}
