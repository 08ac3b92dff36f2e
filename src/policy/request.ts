import type { Sensitivity, Shape } from '../connector/column.js'
import type { Guarded } from '../connector/may-read.js'
import type { AgreedUse, SignedAgreement } from './agreement.js'
import type { PurposeTree } from './purposes.js'

/** A table, as far as it matters for who may read it. `id` is the hub's. */
export interface PolicyTable extends Guarded {
  readonly id: string
}

/** A column that is asked for, and what for. */
export interface AskedColumn {
  readonly name: string
  readonly shape: Shape
  readonly sensitivity: Sensitivity
  /** Empty: the column is only read on the way. */
  readonly uses: readonly AgreedUse[]
  /** False where the viewer did not name it: if it is denied it is left out, and the rest is answered. */
  readonly isNamed: boolean
}

/** Who asks, what for, and under what. */
export interface PolicyRequest {
  /** The organisation that the viewer speaks for. */
  readonly organisation: string | undefined
  /** The IRI of the one purpose that the request confirms. */
  readonly purpose: string | undefined
  /** Agreements whose signatures were verified and which nobody has suspended or ended. */
  readonly agreements: readonly SignedAgreement[]
  readonly purposes: PurposeTree
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A disclosure and the recipient's receipt, which let rows flow together. */
export interface AgreementPair {
  readonly disclosure: SignedAgreement
  readonly receipt: SignedAgreement
}
