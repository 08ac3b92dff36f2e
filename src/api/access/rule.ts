import { type ConstDirectiveNode, valueFromASTUntyped } from 'graphql'
import { DialsError } from '../../errors.js'
import type { Viewer } from '../../identity/viewer.js'

/** Who may use an element of the schema: one directive. */
export type Rule =
  | { readonly kind: 'public' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly anyOf: readonly (readonly string[])[] }

/** The rule of a directive; undefined for other directives. */
export function ruleOf({ name, arguments: given = [] }: ConstDirectiveNode): Rule | undefined {
  switch (name.value) {
    case 'public':
      return { kind: 'public' }
    case 'authenticated':
      return { kind: 'authenticated' }
    case 'requiresScopes': {
      const scopes = given.find((argument) => argument.name.value === 'scopes')
      return { kind: 'scopes', anyOf: (scopes === undefined ? [] : valueFromASTUntyped(scopes.value)) as string[][] }
    }
    default:
      return undefined
  }
}

/** The error for a viewer who breaks a rule, or undefined if every rule holds. `@requiresScopes` without any list is for nobody. */
export function refusal(rules: readonly Rule[], viewer: Viewer): DialsError | undefined {
  const broken = rules.find((rule) => !holds(rule, viewer))
  if (broken === undefined) return undefined
  if (viewer.subject === undefined) return new DialsError('UNAUTHENTICATED', 'This needs a token: send one as `Authorization: Bearer …`.')
  const lists = broken.kind === 'scopes' ? broken.anyOf.map((list) => list.join(' and ')).join(', or ') : ''
  return new DialsError('FORBIDDEN', lists === '' ? 'Your token does not allow this.' : `This needs a token with the scope ${lists}.`)
}

function holds(rule: Rule, { subject, scopes }: Viewer): boolean {
  if (rule.kind === 'public') return true
  if (subject === undefined) return false
  return rule.kind === 'authenticated' || rule.anyOf.some((list) => list.every((scope) => scopes.includes(scope)))
}
