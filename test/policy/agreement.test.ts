import { describe, expect, it } from 'vitest'
import { type Agreement, agreementSchema } from '../../src/policy/agreement.js'
import { tableLimits, Unenforceable } from '../../src/policy/obligations.js'

const agreement: Agreement = {
  id: '5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10',
  version: 1,
  title: 'Candidate HMOs: Camden’s accounts',
  kind: 'DISCLOSURE',
  discloser: 'camden',
  recipients: ['enforcement'],
  purposes: ['https://seven-dials.example/purpose#HmoLicensing'],
  legalBases: ['https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest'],
  legalGateway: 'Housing Act 2004, s.237',
  validFrom: '2026-01-01T00:00:00.000Z',
  validUntil: '2096-01-01T00:00:00.000Z',
  retentionDays: null,
  onwardSharing: false,
  impactAssessment: null,
  tables: [{ table: 'camden/accounts/accounts', columns: [], rowFilter: null, obligations: [] }],
}

describe('what is signed is what is seen', () => {
  it('takes a text of one line', () => {
    expect(agreementSchema.safeParse(agreement).success).toBe(true)
  })

  it.each([
    ['a line end', 'Candidates\nvalid until 2030'],
    ['a line separator', 'Candidates\u2028valid until 2030'],
    ['a sign that steers a terminal', 'Candidates\u001b[2K'],
    ['a carriage return', 'Candidates\rOther'],
    ['the C1 form of an escape', 'Candidates\u009b2K'],
    ['a change of direction', 'Candidates \u202e0302'],
    ['an isolate', 'Candidates \u2066x\u2069'],
    ['nothing', ''],
  ])('takes no text with %s', (_name, text) => {
    expect(agreementSchema.safeParse({ ...agreement, title: text }).success).toBe(false)
    expect(agreementSchema.safeParse({ ...agreement, legalGateway: text }).success).toBe(false)
  })
})

describe('an expiry', () => {
  it('is a time in UTC', () => {
    expect(tableLimits([{ type: 'expiry', params: { at: '2027-01-01T00:00:00Z' } }]).expiresAt).toBe(Date.UTC(2027, 0, 1))
  })

  it.each(['2027-01-01', '2027-01-01T00:00:00', '2027-01-01T00:00:00+01:00', '1 Jan 2027', '2027', 2027, '2027-02-30T00:00:00Z', '', null])(
    'is not %j, which two readers could read in two ways',
    (at) => {
      expect(() => tableLimits([{ type: 'expiry', params: { at } }])).toThrow(Unenforceable)
    },
  )
})
