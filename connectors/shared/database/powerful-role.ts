import { SourceUnavailable } from '../../../src/errors.js'

/** The message to clients that query the source. Its operator learns more from the harvest. */
const refusal =
  'The database account of this source may do more than read, so nothing of it is served. Its operator must see to the account: the problems of its harvest say how.'
const shownMax = 10

/**
 * The account of a source may do more than read. An attacker who takes it over, or finds a way around the connector, could change or
 * destroy what is served, or read files of the server.
 */
export class PowerfulRole extends SourceUnavailable {
  /** In words for the operator: what the account may do, and how to make one that may not. */
  readonly problem: string

  constructor(powers: readonly string[], mend: string) {
    super(refusal)
    const more = powers.length > shownMax ? ` and ${powers.length - shownMax} more` : ''
    this.problem = (
      `Nothing is served, because the account of this source may do more than read: ${powers.slice(0, shownMax).join('; ')}${more}. ` +
      `Give it an account that may only read: ${mend} Or set allowPowerfulRole: true, to take the risk.`
    ).slice(0, 2000)
  }
}
