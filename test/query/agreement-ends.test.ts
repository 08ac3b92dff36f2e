import { describe, expect, it } from 'vitest'
import { DialsError } from '../../src/errors.js'
import type { Agreement, Obligation, SignedAgreement } from '../../src/policy/agreement.js'
import { endsOf, orEnded } from '../../src/query/6-execute/on-behalf.js'
import type { AuthorisedQuery } from '../../src/query/3-authorise/authorise.js'

const at = (day: number) => Date.UTC(2027, 0, day)
const signed = (validUntil: number, table: string, obligations: Obligation[] = []) =>
  ({
    agreement: {
      validUntil: new Date(validUntil).toISOString(),
      tables: [{ table, columns: [], rowFilter: null, obligations }],
    } as unknown as Agreement,
  }) as SignedAgreement
const expiry = (day: number): Obligation => ({ type: 'expiry', params: { at: new Date(at(day)).toISOString() } })
const query = (disclosure: SignedAgreement, receipt: SignedAgreement) =>
  ({ pairs: new Map([['camden/t/t', { disclosure, receipt }]]) }) as unknown as AuthorisedQuery
const timeout = new DialsError('SOURCE_TIMEOUT', 'The spoke camden took too long.')

describe('a query ends with its agreements', () => {
  it('by the time of either, or the expiry of its own table', () => {
    expect(endsOf(query(signed(at(9), 'camden/t/t'), signed(at(8), 'camden/t/t'))).sort()).toEqual([at(8), at(9)])
    expect(Math.min(...endsOf(query(signed(at(9), 'camden/t/t', [expiry(5)]), signed(at(8), 'camden/t/t'))))).toBe(at(5))
    expect(Math.min(...endsOf(query(signed(at(9), 'camden/other/t', [expiry(5)]), signed(at(8), 'camden/t/t'))))).toBe(at(8))
  })

  it('and says so, and nothing else where they stand', () => {
    const asked = query(signed(at(9), 'camden/t/t', [expiry(5)]), signed(at(8), 'camden/t/t'))
    expect(orEnded(timeout, asked, at(4))).toBe(timeout)
    expect(orEnded(timeout, asked, at(5))).toMatchObject({ code: 'AGREEMENT_REQUIRED', cause: timeout })
    expect(orEnded(timeout, { pairs: new Map() }, at(30))).toBe(timeout)
  })
})
