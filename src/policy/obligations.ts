import { z } from 'zod'
import type { Shape } from '../connector/column.js'
import type { Mask } from '../connector/relation.js'
import type { Obligation } from './agreement.js'

/** What is done to the values of a column before they leave the spoke. Keys are the spoke's own, and known to it alone. */
export type ColumnObligation = Exclude<Mask, { readonly kind: 'keyed' }> | { readonly kind: 'hash' } | { readonly kind: 'pseudonymise' }

/** What is asked of an agreement's use as a whole. */
export interface TableLimits {
  /** The most rows of one answer of the spoke. A larger answer is refused. */
  readonly maximumRows?: number
  /** Milliseconds since the epoch, from which nothing is allowed any more. */
  readonly expiresAt?: number
}

/** What a spoke cannot carry out: an obligation, a limit or a row filter. It denies. */
export class Unenforceable extends Error {}

/** An obligation in words, as results tell it: `generalise to=year`. */
export function obligationText({ type, params }: Obligation): string {
  return [type, ...Object.entries(params ?? {}).map(([name, value]) => `${name}=${String(value)}`)].join(' ')
}

/**
 * The one thing that is done to a column under all its obligations. The strictest wins: what drops a value beats all else, and the shorter
 * of two truncations counts. Undefined: the values leave as they are.
 * @param shape of the column: an obligation that its values cannot meet denies.
 * @throws Unenforceable for a type that is not known, parameters that are not right, and two obligations that contradict each other.
 */
export function columnObligation(obligations: readonly Obligation[], shape: Shape): ColumnObligation | undefined {
  const read = obligations.map((obligation) => readColumnObligation(obligation, shape))
  const drop = read.find(({ kind }) => kind === 'drop')
  if (drop !== undefined) return drop
  return read.reduce<ColumnObligation | undefined>((one, other) => (one === undefined ? other : stricter(one, other)), undefined)
}

function stricter(one: ColumnObligation, other: ColumnObligation): ColumnObligation {
  if (one.kind === 'truncate' && other.kind === 'truncate') return one.length <= other.length ? one : other
  if (JSON.stringify(one) === JSON.stringify(other)) return one
  throw new Unenforceable(`${one.kind} and ${other.kind} contradict each other`)
}

function readColumnObligation({ type, params }: Obligation, { type: column }: Shape): ColumnObligation {
  const given = params ?? {}
  const only = (...names: string[]) => {
    if (Object.keys(given).some((name) => !names.includes(name))) throw new Unenforceable(`${type} has a parameter that is not known`)
  }
  const ofText = () => {
    if (column !== 'STRING') throw new Unenforceable(`${type} is for text`)
  }
  switch (type) {
    case 'drop':
      only()
      return { kind: 'drop' }
    case 'truncate': {
      only('length')
      ofText()
      const length = given['length']
      if (!isWhole(length, 1, 1000)) throw new Unenforceable('truncate needs a length')
      return { kind: 'truncate', length }
    }
    case 'generalise': {
      only('to')
      const to = given['to']
      if (to === 'postcode-district') {
        ofText()
        return { kind: 'district' }
      }
      if (to === 'year' && ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ'].includes(column)) return { kind: 'year' }
      throw new Unenforceable('generalise has no such target for this type')
    }
    case 'hash':
    case 'pseudonymise':
      only()
      ofText()
      return { kind: type }
    default:
      throw new Unenforceable(`${type} is not known`)
  }
}

/**
 * What the obligations of a table limit, the strictest of each.
 * @throws Unenforceable for a type that is not known, and parameters that are not right.
 */
export function tableLimits(obligations: readonly Obligation[]): TableLimits {
  const rows: number[] = []
  const ends: number[] = []
  for (const { type, params } of obligations) {
    const [name, ...more] = Object.keys(params ?? {})
    const value = name === undefined ? undefined : params?.[name]
    if (type === 'maximum-rows' && name === 'rows' && more.length === 0 && isWhole(value, 1, 2 ** 53)) rows.push(value)
    else if (type === 'expiry' && name === 'at' && more.length === 0 && isMoment(value)) ends.push(Date.parse(value))
    else throw new Unenforceable(`${type} is not known, or its parameters are not right`)
  }
  return {
    ...(rows.length === 0 ? {} : { maximumRows: Math.min(...rows) }),
    ...(ends.length === 0 ? {} : { expiresAt: Math.min(...ends) }),
  }
}

const momentSchema = z.iso.datetime()

/** A time in UTC: in another form hub and spoke could read it in two ways. */
function isMoment(value: unknown): value is string {
  return momentSchema.safeParse(value).success
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}
