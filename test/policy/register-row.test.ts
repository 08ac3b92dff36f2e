import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formulaBegins } from '../../src/engine/text/csv-row.js'
import { type Agreement, agreementSchema } from '../../src/policy/agreement.js'
import { type RegisterFacts, registerColumns, registerCsv, registerRow, type RegisterRow } from '../../src/policy/register-row.js'

const licensing = 'https://seven-dials.example/purpose#HmoLicensing'
const agreement: Agreement = {
  id: '5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10',
  version: 1,
  title: 'Candidate HMOs',
  kind: 'DISCLOSURE',
  discloser: 'camden',
  recipients: ['enforcement', 'barnet'],
  purposes: [licensing],
  legalBases: ['https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest', 'https://w3id.org/dpv/legal/eu/gdpr#A9-2-g'],
  legalGateway: 'Housing Act 2004, s.237',
  validFrom: '2026-01-01T00:00:00.000Z',
  validUntil: '2036-01-01T00:00:00.000Z',
  retentionDays: 90,
  onwardSharing: false,
  impactAssessment: null,
  tables: [
    {
      table: 'camden/accounts/accounts',
      columns: [
        { column: 'Who', uses: ['SELECT'], obligations: [{ type: 'truncate', params: { length: 87_654 } }] },
        { column: 'Born', uses: ['SELECT'], obligations: [] },
        { column: 'Adults', uses: ['AGGREGATE'], obligations: [] },
        { column: 'Telephone', uses: [], obligations: [] },
        { column: 'Email', uses: ['SELECT'], obligations: [{ type: 'drop', params: null }] },
      ],
      rowFilter: { column: 'Postcode', eq: 'NW6 5UH' },
      obligations: [{ type: 'maximum-rows', params: { rows: 98_765 } }],
    },
  ],
}
const facts: RegisterFacts = {
  purposes: new Map([[licensing, 'Licensing of houses in multiple occupation']]),
  organisations: new Map([
    ['camden', 'London Borough of Camden'],
    ['enforcement', 'Housing enforcement'],
  ]),
  columns: new Map([
    [
      'camden/accounts/accounts',
      new Map([
        ['Who', { sensitivity: 'PERSONAL', semanticType: 'PERSON_NAME' } as const],
        ['Born', { sensitivity: 'PERSONAL', semanticType: 'DATE_OF_BIRTH' } as const],
        ['Adults', { sensitivity: 'NONE' } as const],
        ['Telephone', { sensitivity: 'PERSONAL', semanticType: 'PHONE' } as const],
        ['Email', { sensitivity: 'PERSONAL', semanticType: 'EMAIL' } as const],
      ]),
    ],
  ]),
  contact: 'dpo@camden.example',
}
const nothing: RegisterFacts = { purposes: new Map(), organisations: new Map(), columns: new Map() }
const withColumns = (columns: Agreement['tables'][number]['columns']): Agreement => ({
  ...agreement,
  tables: [{ table: 'camden/accounts/accounts', columns, rowFilter: null, obligations: [] }],
})

describe('a row of the register', () => {
  it('says in words what is agreed', () => {
    expect(registerRow(agreement, facts)).toEqual({
      agreement: '5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10, version 1',
      title: 'Candidate HMOs',
      purposes: 'Licensing of houses in multiple occupation',
      legalPower: 'Housing Act 2004, s.237',
      legalBases: 'UK GDPR, Article 6(1)(e): public interest; UK GDPR, Article 9(2)(g)',
      categories: 'names; dates of birth',
      controllers: 'London Borough of Camden',
      recipients: 'Housing enforcement; barnet (name not recorded)',
      retention: '90 days',
      from: '2026-01-01T00:00:00.000Z',
      until: '2036-01-01T00:00:00.000Z',
      contact: 'dpo@camden.example',
    })
  })

  it('says of all that is not known that it is not recorded', () => {
    expect(registerRow({ ...agreement, legalGateway: null, retentionDays: null }, nothing)).toMatchObject({
      purposes: `${licensing} (label not recorded)`,
      legalPower: 'not recorded',
      categories: 'not recorded for some columns',
      controllers: 'camden (name not recorded)',
      recipients: 'enforcement (name not recorded); barnet (name not recorded)',
      retention: 'not recorded',
      contact: 'not recorded',
    })
    expect(registerRow(agreement, { ...nothing, contact: ' \n ' }).contact).toBe('not recorded')
  })

  it.each<[string, Agreement, string]>([
    ['a special category', withColumns([{ column: 'Diagnosis', uses: ['SELECT'], obligations: [] }]), 'special category data'],
    ['personal data of no known type', withColumns([{ column: 'Arrears', uses: ['GROUP'], obligations: [] }]), 'other personal data'],
    ['no personal data', withColumns([{ column: 'Adults', uses: ['SELECT'], obligations: [] }]), 'none'],
    ['columns without a use', withColumns([{ column: 'Arrears', uses: [], obligations: [] }]), 'none'],
    ['a disclosure of no column', withColumns([]), 'none'],
    ['a receipt of no column', { ...withColumns([]), kind: 'RECEIPT' }, 'those that the disclosure lets out'],
  ])('names the categories of %s', (_name, of, expected) => {
    const columns = new Map([
      [
        'camden/accounts/accounts',
        new Map([
          ['Diagnosis', { sensitivity: 'SPECIAL_CATEGORY' } as const],
          ['Arrears', { sensitivity: 'PERSONAL', semanticType: 'MONEY' } as const],
          ['Adults', { sensitivity: 'NONE' } as const],
        ]),
      ],
    ])
    expect(registerRow(of, { ...facts, columns }).categories).toBe(expected)
  })

  it('shows a legal basis of another vocabulary as it is', () => {
    const legalBases = ['https://law.example/basis#x', 'https://w3id.org/dpv/legal/eu/gdpr#R1']
    expect(registerRow({ ...agreement, legalBases }, facts).legalBases).toBe(legalBases.join('; '))
  })

  it('shows no literal of a row filter, no parameter, and no name of a table or column', () => {
    // Marks that stand nowhere else.
    const mark = fc.nat(99_999).map((number) => `zq${number}qz`)
    const value = fc.oneof(mark, fc.integer({ min: 70_000_000, max: 79_999_999 }))
    const table = fc.record({
      table: mark.map((name) => `camden/${name}/${name}`),
      columns: fc.array(
        fc.record({
          column: mark,
          uses: fc.constant(['SELECT' as const]),
          obligations: fc.array(fc.record({ type: mark, params: fc.dictionary(mark, value, { maxKeys: 2 }) }), { maxLength: 2 }),
        }),
        { maxLength: 3 },
      ),
      rowFilter: fc.oneof(
        fc.record({ column: mark, eq: value }),
        fc.record({ and: fc.array(fc.record({ column: mark, in: fc.array(value) })) }),
      ),
      obligations: fc.array(fc.record({ type: mark, params: fc.dictionary(mark, value, { maxKeys: 2 }) }), { maxLength: 2 }),
    })
    fc.assert(
      fc.property(fc.array(table, { minLength: 1, maxLength: 3 }), fc.constantFrom(facts, nothing), (tables, given) => {
        const of = agreementSchema.parse({ ...agreement, tables })
        expect(registerCsv([registerRow(of, given)])).not.toMatch(/zq\d+qz|7\d{7}/)
      }),
    )
  })
})

describe('the register as CSV', () => {
  const rowOf = (text: string) => Object.fromEntries(registerColumns.map(([member]) => [member, text])) as RegisterRow
  const readBack = (csv: string) => parse(csv, { record_delimiter: '\r\n' }) as string[][]

  it('has a head, and a line for each row', () => {
    const csv = registerCsv([registerRow(agreement, facts), registerRow(agreement, nothing)])
    expect(readBack(csv).map((cells) => cells.length)).toEqual([12, 12, 12])
    expect(readBack(csv)[0]).toEqual(registerColumns.map(([, name]) => name))
    expect(registerCsv([])).toBe(`${registerColumns.map(([, name]) => name).join(',')}\r\n`)
  })

  it('is read back as it was, but for the apostrophe before what a spreadsheet would run', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...formulaBegins, '"', ',', ';', '|', "'"), fc.string({ minLength: 1, maxLength: 1 })),
    })
    fc.assert(
      fc.property(text, (found) => {
        const [, cells = []] = readBack(registerCsv([rowOf(found)]))
        const runs = found !== '' && formulaBegins.includes(found.charAt(0))
        expect(new Set(cells)).toEqual(new Set([runs ? `'${found}` : found]))
      }),
    )
  })

  it.each([...formulaBegins])('makes %j at the beginning of a cell safe', (begin) => {
    expect(readBack(registerCsv([rowOf(`${begin}1`)]))[1]?.[0]).toBe(`'${begin}1`)
  })

  it('lets no part of a cell become a cell where another separator is in use', () => {
    const row = registerRow({ ...agreement, title: 'Data;=HYPERLINK(1)' }, facts)
    expect(registerCsv([row])).toContain('"Data;=HYPERLINK(1)"')
  })

  it('keeps a row on its line, whatever a name holds', () => {
    const names = { ...facts, organisations: new Map([['camden', 'Camden\r\n=1+1\u202e']]), contact: '=cmd' }
    const row = registerRow(agreement, names)
    expect(row.controllers).toBe('Camden =1+1')
    expect(registerCsv([row])).toContain("'=cmd")
    expect(registerCsv([row]).split('\r\n')).toHaveLength(3)
  })
})
