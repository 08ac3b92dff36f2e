import { Agreements } from '../../../src/spoke/agreements.js'
import type { ScanPolicy } from '../../../src/spoke/decide-scan.js'
import type { Holdings } from '../../../src/spoke/holdings.js'

/** The agreements of a spoke that has none, and pins nobody's key. */
export const noAgreements = new Agreements({
  keys: new Map(),
  purposes: new Map(),
  folder: { keep: () => Promise.resolve(), check: () => Promise.resolve() } as never,
  secret: Buffer.alloc(32),
})

/** What a spoke without agreements decides by. */
export function policyOf(holdings: Holdings, spokeId = 'camden'): ScanPolicy {
  return { spokeId, holdings, agreements: noAgreements }
}
