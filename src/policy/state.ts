import { DialsError } from '../errors.js'
import type { Agreement } from './agreement.js'
import { partiesOf } from './agreement.js'

/** A state as it is kept. Which of AGREED, IN_FORCE and EXPIRED an agreement is follows from the time. */
export const keptStates = ['DRAFT', 'OFFERED', 'AGREED', 'SUSPENDED', 'TERMINATED'] as const
/** One of `keptStates`. */
export type KeptState = (typeof keptStates)[number]

/** A state as it is shown (AgreementState of graphql/surface.graphql). */
export type AgreementState = KeptState | 'IN_FORCE' | 'EXPIRED'

/** What is done with an agreement. */
export type Act = 'offer' | 'sign' | 'suspend' | 'resume' | 'terminate'

/** An agreement, as far as it matters for what may be done with it. */
export interface Standing {
  readonly agreement: Agreement
  readonly state: KeptState
  /** The organisations that have signed it. */
  readonly signedBy: readonly string[]
  /** The organisation that has changed its state last. */
  readonly changedBy: string
}

/** The state that an agreement is in at a time, in milliseconds since the epoch. */
export function stateAt({ agreement, state }: Pick<Standing, 'agreement' | 'state'>, now: number): AgreementState {
  if (state === 'TERMINATED' || state === 'DRAFT') return state
  if (now >= Date.parse(agreement.validUntil)) return 'EXPIRED'
  return state === 'AGREED' && now >= Date.parse(agreement.validFrom) ? 'IN_FORCE' : state
}

const from: Readonly<Record<Act, readonly AgreementState[]>> = {
  offer: ['DRAFT'],
  sign: ['OFFERED'],
  suspend: ['AGREED', 'IN_FORCE'],
  resume: ['SUSPENDED'],
  terminate: ['DRAFT', 'OFFERED', 'AGREED', 'IN_FORCE', 'SUSPENDED'],
}

/**
 * The state that follows, where a party does something with an agreement now. Who has suspended it lets it go on; the last signature makes
 * it agreed.
 * @throws FORBIDDEN to an organisation that may not do this, BAD_USER_INPUT where the state does not allow it.
 */
export function stateAfter(standing: Standing, act: Act, organisation: string, now: number): KeptState {
  const { agreement, signedBy, changedBy } = standing
  const parties = partiesOf(agreement)
  if (!parties.includes(organisation)) throw new DialsError('FORBIDDEN', 'Only a party of an agreement may do this.')
  const state = stateAt(standing, now)
  if (!from[act].includes(state))
    throw new DialsError('BAD_USER_INPUT', `The agreement is ${state}: to ${act} it, it has to be ${from[act].join(' or ')}.`)
  switch (act) {
    case 'offer':
      return 'OFFERED'
    case 'sign':
      if (signedBy.includes(organisation)) throw new DialsError('BAD_USER_INPUT', 'Your organisation has signed this agreement already.')
      return parties.every((party) => party === organisation || signedBy.includes(party)) ? 'AGREED' : 'OFFERED'
    case 'suspend':
      return 'SUSPENDED'
    case 'resume':
      if (changedBy !== organisation)
        throw new DialsError('FORBIDDEN', `Only ${changedBy}, which has suspended this agreement, may let it go on.`)
      return 'AGREED'
    case 'terminate':
      return 'TERMINATED'
  }
}
