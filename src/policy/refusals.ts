import type { ErrorCode } from '../errors.js'
import { type Grant, isFor, standingFor } from './grants.js'
import type { AskedColumn, PolicyRequest, PolicyTable } from './request.js'

/** Why something is refused. */
export interface Refusal {
  readonly code: Extract<ErrorCode, 'UNAUTHENTICATED' | 'FORBIDDEN' | 'PURPOSE_REQUIRED' | 'PURPOSE_NOT_PERMITTED' | 'AGREEMENT_REQUIRED'>
  readonly message: string
  /** The column that is at fault, if one is. */
  readonly column?: string
}

/** Why a column is refused under an agreement. */
export function refusedUse({ id }: PolicyTable, { name, uses }: AskedColumn, grant: Grant): Refusal {
  const missing = uses.filter((use) => grant.columnOf(name)?.uses.includes(use) !== true)
  const what = missing.length === 0 ? 'with what it asks to be done to its values' : `for ${missing.join(', ')}`
  return {
    code: 'FORBIDDEN',
    message: `The agreement ${grant.pair.disclosure.agreement.id} does not let the column '${name}' of ${id} be used ${what}.`,
    column: name,
  }
}

/** Why nothing stands for this table, this viewer and this purpose. @param isWhole whether the table as a whole needs an agreement. */
export function refusalWithout(table: PolicyTable, isWhole: boolean, column: AskedColumn | undefined, request: PolicyRequest): Refusal {
  const { organisation, purpose } = request
  const { id, access } = table
  const thing = isWhole
    ? `The table ${id} is ${access === 'CLOSED' ? 'closed' : 'shared with some organisations'}`
    : columnThing(id, column)
  const at = isWhole || column === undefined ? {} : { column: column.name }
  if (organisation === undefined) {
    if (isWhole && access === 'SHARED') return { code: 'UNAUTHENTICATED', message: `${thing}: send the token of one of them.` }
    return isWhole
      ? {
          code: 'AGREEMENT_REQUIRED',
          message: `${thing}: its own organisation alone may read it, and others need an agreement in force that covers it.`,
        }
      : { code: 'FORBIDDEN', message: `${thing}: it needs an agreement that covers this use.`, ...at }
  }
  const standing = standingFor(table, request)
  if (standing.some(({ agreement }) => agreement.kind === 'DISCLOSURE')) {
    if (purpose === undefined)
      return {
        code: 'PURPOSE_REQUIRED',
        message: `${thing}. Your organisation has an agreement: confirm the one purpose that you need it for.`,
        ...at,
      }
    const forPurpose = standing.filter((one) => isFor(one, request))
    if (!forPurpose.some(({ agreement }) => agreement.kind === 'DISCLOSURE'))
      return {
        code: 'PURPOSE_NOT_PERMITTED',
        message: `${thing}, and no agreement of your organisation covers it for the purpose ${purpose}.`,
        ...at,
      }
    if (!forPurpose.some(({ agreement }) => agreement.kind === 'RECEIPT'))
      return { code: 'AGREEMENT_REQUIRED', message: `${thing}: your organisation has not signed a receipt for it that is in force.`, ...at }
  }
  if (!isWhole) return { code: 'FORBIDDEN', message: `${thing}: it needs an agreement that covers this use.`, ...at }
  if (access === 'SHARED') return { code: 'FORBIDDEN', message: `The table ${id} is not shared with your organisation.` }
  return {
    code: 'AGREEMENT_REQUIRED',
    message: `${thing}: its own organisation alone may read it, and others need an agreement in force that covers it.`,
  }
}

function columnThing(id: string, column: AskedColumn | undefined): string {
  return `The column '${column?.name ?? ''}' of ${id} points to persons and is never open`
}
