import { type DocumentNode, visit } from 'graphql'
import { DialsError } from '../../errors.js'
import { operationLimits as limits } from './limits.js'
import { tooDeep } from './scan-request.js'

/** What an object or a list counts for, beside its members: GraphQL takes as long for one as for so many plain values. */
const valuesAnObject = 5

/**
 * Checks the variables once they are values, because a GET and a WebSocket do not send them as a body of their own. GraphQL's coercion and
 * our scalars recurse into them, and take a microsecond or more for each value. A variable counts as often as the document uses it.
 * @returns how many values they hold.
 * @throws QUERY_TOO_COMPLEX beyond 64 levels, or 100,000 values.
 */
export function checkVariables(document: DocumentNode, variables: Readonly<Record<string, unknown>>): number {
  const sizes = new Map(Object.entries(variables).map(([name, value]) => [name, sizeOf(value)]))
  let values = 0
  visit(document, {
    VariableDefinition: () => false,
    Variable(node) {
      values += sizes.get(node.name.value) ?? 0
    },
  })
  if (values > limits.values) throw tooMany(values)
  return values
}

/** How many values a variable holds. */
function sizeOf(variable: unknown): number {
  let values = 1
  let level = objectsIn([variable])
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limits.valueNesting) throw tooDeep()
    const below: object[] = []
    for (const object of level) {
      const members: unknown[] = Array.isArray(object) ? object : Object.values(object)
      values += members.length + valuesAnObject
      below.push(...objectsIn(members))
    }
    level = below
  }
  return values
}

function objectsIn(values: readonly unknown[]): object[] {
  return values.filter((value) => typeof value === 'object' && value !== null)
}

function tooMany(values: number): DialsError {
  const [held, most] = [values.toLocaleString('en-GB'), limits.values.toLocaleString('en-GB')]
  return new DialsError(
    'QUERY_TOO_COMPLEX',
    `The variables hold ${held} values, more than ${most}. Each counts as often as it is used, and an object or a list as ${valuesAnObject} more. ` +
      'Ask in several operations.',
  )
}
