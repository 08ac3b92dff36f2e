import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  type ConstDirectiveNode,
  defaultFieldResolver,
  getNamedType,
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import { DialsError } from '../../errors.js'
import { fieldOf } from '../document.js'

interface Annotated {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined
}

function isAudited({ astNode }: Annotated): boolean {
  return astNode?.directives?.some(({ name }) => name.value === 'audit') === true
}

/** Whether a field gives data of sources: its type says so, or one of the types that it may turn out to be. */
function givesData(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): boolean {
  const type = getNamedType(field.type)
  return isAudited(type) || (isAbstractType(type) && schema.getPossibleTypes(type).some(isAudited))
}

/** The fields that give data, as `Type.field`. */
export function auditedFields(schema: GraphQLSchema): string[] {
  return fieldsOf(schema).flatMap(({ at, field }) => (isAudited(field) ? [at] : []))
}

/**
 * Makes every field with `@audit` answer only with what is recorded: its value has a receipt, or says that a count is kept.
 * @throws Error where a field gives data and does not say that it is recorded. So no hub starts with such a schema.
 */
export function enforceAudit(schema: GraphQLSchema): GraphQLSchema {
  const faults = fieldsOf(schema).flatMap(({ at, field }) =>
    givesData(schema, field) && !isAudited(field) ? [`${at} gives data and is not recorded: it lacks @audit`] : [],
  )
  if (faults.length > 0) throw new Error(`The schema gives data unrecorded:\n${faults.join('\n')}`)
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (config, name, typeName) => {
      const field = fieldOf(schema.getType(typeName), name)
      if (field === undefined || !isAudited(field)) return undefined
      const { resolve = defaultFieldResolver } = config
      return {
        ...config,
        resolve: async (...args: Parameters<typeof resolve>) => {
          const value: unknown = await resolve(...args)
          if (value === null || value === undefined || (typeof value === 'object' && 'receipt' in value)) return value
          throw new DialsError('AUDIT_UNAVAILABLE', 'This was not recorded in the audit log, so it is not answered.')
        },
      }
    },
  })
}

function fieldsOf(schema: GraphQLSchema): { at: string; field: GraphQLField<unknown, unknown> }[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__')
      ? Object.values(type.getFields()).map((field) => ({ at: `${type.name}.${field.name}`, field }))
      : [],
  )
}
