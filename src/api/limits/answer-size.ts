import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  defaultFieldResolver,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLFormattedError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isLeafType,
  isListType,
} from 'graphql'
import { DialsError } from '../../errors.js'
import { named, type Part } from './dearest-parts.js'
import type { Estimate } from './estimate.js'
import { operationLimits as limits } from './limits.js'

/** The part of a request's context that counts its answer. It is set before an operation runs. */
export interface AnswerContext {
  answerSize?: AnswerSize
}

/** The fields of one operation's answer, counted as its lists arrive, so that not the largest list possible is counted but the real one. */
export class AnswerSize {
  #fields: number
  readonly #parts = new Map<FieldNode, Part>()
  #excess: DialsError | undefined

  constructor(private readonly estimate: Pick<Estimate, 'outside' | 'ofElement'>) {
    this.#fields = estimate.outside
  }

  /** Counts a list of so many elements. @throws QUERY_TOO_COMPLEX if the answer has too many fields with it; then for every other list. */
  add(elements: number, { fieldNodes, path }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'path'>): void {
    if (this.#excess !== undefined) throw this.#excess
    const [node] = fieldNodes
    if (node === undefined) return
    const fields = elements * fieldNodes.reduce((all, one) => all + (this.estimate.ofElement.get(one) ?? 0), 0)
    const known = this.#parts.get(node)
    this.#parts.set(node, { path: known?.path ?? nameOf(path), fields: (known?.fields ?? 0) + fields })
    this.#fields += fields
    if (this.#fields <= limits.fieldsAnswered) return
    this.#excess = new DialsError(
      'QUERY_TOO_COMPLEX',
      `${tooLarge} ` + `Most of those that were counted are in ${named([...this.#parts.values()])}. ${howToAskForLess}`,
    )
    throw this.#excess
  }
}

const tooLarge = `The answer holds more than ${limits.fieldsAnswered.toLocaleString('en-GB')} fields.`

/** Errors of which only the first tells that the answer is too large: each list that then arrives is refused for the same reason. */
export function toldOnce(errors: readonly GraphQLFormattedError[]): GraphQLFormattedError[] {
  const first = errors.findIndex(({ message }) => message.startsWith(tooLarge))
  return errors.filter(({ message }, at) => at === first || !message.startsWith(tooLarge))
}

/** What to do about an answer that is too large. */
export const howToAskForLess = 'Ask for smaller pages, for fewer lists within lists, or in several operations.'

/** Counts every list of objects that a resolver of the schema returns. */
export function countLists(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (config) => {
      if (!isListType(getNullableType(config.type)) || isLeafType(getNamedType(config.type))) return undefined
      const resolve = config.resolve ?? defaultFieldResolver
      return {
        ...config,
        resolve: (source, args, context: AnswerContext, info) => {
          const counted = (list: unknown) => {
            if (Array.isArray(list)) context.answerSize?.add(list.length, info)
            return list
          }
          const found: unknown = resolve(source, args, context, info)
          return found instanceof Promise ? found.then(counted) : counted(found)
        },
      }
    },
  })
}

/** A place in an answer, without the numbers of elements: `datasets.nodes.tables`. */
function nameOf(path: GraphQLResolveInfo['path']): string {
  const keys: string[] = []
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at !== undefined; at = at.prev) {
    if (typeof at.key === 'string') keys.unshift(at.key)
  }
  return keys.join('.')
}
