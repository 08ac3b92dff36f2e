import { DialsError } from '../errors.js'
import { type Agreement, agreementSchema, canonicalAgreement } from '../policy/agreement.js'

/**
 * What the canonical text of an agreement says.
 * @throws SOURCE_UNAVAILABLE where the hub shows another agreement, or one with members that this program does not know: then it is not
 * believed.
 */
export function agreementOf(canonical: string, id: string): Agreement {
  try {
    const agreement = agreementSchema.parse(JSON.parse(canonical))
    if (canonicalAgreement(agreement) === canonical && agreement.id === id) return agreement
  } catch {
    // Told below.
  }
  throw new DialsError('SOURCE_UNAVAILABLE', 'What the hub shows is not this agreement, or has a form that this program does not know.')
}
