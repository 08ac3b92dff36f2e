import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accounts, agreementInput, type Pilot, purposes, startPilot } from './support/pilot.js'

let pilot: Pilot
let disclosure: string
beforeAll(async () => {
  pilot = await startPilot()
})
afterAll(() => pilot.close())

const columns = '{ rows columns { name decision obligations } withheld { column decision } receipt { proof } }'
const all = `{ query(input: { from: { table: "${accounts}" }, orderBy: [{ column: "UPRN" }] }) ${columns} }`
interface Answered {
  query: {
    rows: unknown[][]
    columns: { name: string; decision: string; obligations: string[] }[]
    withheld: { column: string }[]
    receipt: { proof: string }
  } | null
}
const codeOf = (answer: { errors?: { extensions: { code: string } }[] }) => answer.errors?.[0]?.extensions.code
const entriesOf = async () => {
  const lines = (await readFile(pilot.workspace.path('hub/spokes/camden/audit/log.ndjson'), 'utf8')).trim().split('\n')
  return lines.map((line) => (JSON.parse(line) as { entry: Record<string, unknown> }).entry)
}

describe('a closed table', () => {
  it('is not there for anybody before there is an agreement', async () => {
    for (const party of [undefined, 'enforcement', 'barnet'] as const) {
      expect(codeOf(await pilot.ask(party, all, { purpose: purposes.licensing }))).toBe('UNKNOWN_TABLE')
      expect(await pilot.ask(party, `{ table(id: "${accounts}") { id } }`)).toEqual({ data: { table: null } })
    }
  })

  it('stays closed while only the disclosure stands: the receipt is missing', async () => {
    disclosure = await pilot.agree(agreementInput('DISCLOSURE'))
    const answer = await pilot.ask('enforcement', all, { purpose: purposes.licensing })
    expect(codeOf(answer)).toBe('AGREEMENT_REQUIRED')
    expect(answer.errors?.[0]?.message).toMatch(/receipt/)
    expect(codeOf(await pilot.ask('barnet', all, { purpose: purposes.licensing }))).toBe('UNKNOWN_TABLE')
  })

  it('lets out what both agreements let out, for the purpose, and in the form that they ask for', async () => {
    await pilot.agree(agreementInput('RECEIPT'))
    const answer = await pilot.ask<Answered>('enforcement', all, { purpose: purposes.licensing })
    expect(answer.errors).toBeUndefined()
    const { rows, columns, withheld } = answer.data?.query as NonNullable<Answered['query']>
    expect(columns.map(({ name, decision }) => `${name} ${decision}`)).toEqual([
      'UPRN ALLOW',
      'Name MASK',
      'Born MASK',
      'Postcode MASK',
      'Adults ALLOW',
    ])
    expect(columns[2]?.obligations).toEqual(['generalise to=year'])
    expect(withheld.map(({ column }) => column)).toEqual(['Arrears'])
    expect(rows.map(([uprn, , born, postcode, adults]) => [uprn, born, postcode, adults])).toEqual([
      [100000000001, '1971-01-01', 'NW6', 6],
      [100000000003, '1990-01-01', 'NW6', 5],
    ])
    for (const [, name] of rows) expect(name).toMatch(/^[0-9a-f]{64}$/)
    const entry = (await entriesOf()).findLast(({ phase }) => phase === 'INTENT')
    expect(entry).toMatchObject({ purpose: purposes.licensing, agreement: disclosure, organisation: 'enforcement' })
  })

  it.each<[string, string, { purpose?: string }, string]>([
    ['without a purpose', '', {}, 'PURPOSE_REQUIRED'],
    ['for another purpose', '', { purpose: purposes.fraud }, 'PURPOSE_NOT_PERMITTED'],
    ['for a purpose that nobody knows', '', { purpose: 'https://example.org/anything' }, 'PURPOSE_NOT_PERMITTED'],
    [
      'for a broader purpose than was agreed',
      '',
      { purpose: 'https://w3id.org/dpv/sector/publicservices#HousingWelfareManagement' },
      'PURPOSE_NOT_PERMITTED',
    ],
    ['a column that is not in it', ', select: [{ column: "Arrears" }]', { purpose: purposes.licensing }, 'FORBIDDEN'],
    [
      'a filter by a column that is only shown',
      ', select: [{ column: "UPRN" }], where: { column: "Born", lt: "1980-01-01" }',
      { purpose: purposes.licensing },
      'FORBIDDEN',
    ],
    [
      'groups by a column that is only shown',
      ', groupBy: [{ column: "Name" }], measures: [{ function: COUNT }]',
      { purpose: purposes.licensing },
      'FORBIDDEN',
    ],
    [
      'an aggregate of a column that is only shown',
      ', measures: [{ function: MAX, column: "Born" }]',
      { purpose: purposes.licensing },
      'FORBIDDEN',
    ],
  ])('is refused %s', async (_name, more, how, code) => {
    const answer = await pilot.ask('enforcement', `{ query(input: { from: { table: "${accounts}" }${more} }) { rows } }`, how)
    expect([answer.data, codeOf(answer)]).toEqual([{ query: null }, code])
  })

  it('filters and groups by what leaves, and never by what stays', async () => {
    const ask = (more: string) =>
      pilot.ask<{ query: { rows: unknown[][] } }>('enforcement', `{ query(input: { from: { table: "${accounts}" }, ${more} }) { rows } }`, {
        purpose: purposes.licensing,
      })
    // The filter sees the district, not the postcode.
    expect((await ask('select: [{ column: "UPRN" }], where: { column: "Postcode", eq: "NW6 5UH" }')).data?.query.rows).toEqual([])
    expect((await ask('select: [{ column: "UPRN" }], where: { column: "Postcode", eq: "NW6" }')).data?.query.rows).toHaveLength(2)
    expect((await ask('measures: [{ function: COUNT }, { function: MAX, column: "Adults" }]')).data?.query.rows).toEqual([[2, 6]])
  })

  it('comes as a download for the purpose of the parameter or the header, and for two purposes not at all', async () => {
    const headers = { authorization: `Bearer ${await pilot.token('enforcement')}` }
    const url = `${pilot.hub.url}/tables/${accounts}.csv?select=UPRN&select=Born`
    const download = await fetch(`${url}&purpose=${encodeURIComponent(purposes.licensing)}`, { headers })
    expect((await download.text()).trim().split(/\r?\n/).sort()).toEqual([
      '100000000001,1971-01-01',
      '100000000003,1990-01-01',
      'UPRN,Born',
    ])
    expect((await fetch(url, { headers })).status).toBe(403)
    const two = await fetch(`${url}&purpose=${encodeURIComponent(purposes.fraud)}`, {
      headers: { ...headers, purpose: purposes.licensing },
    })
    expect(two.status).toBe(400)
  })

  it('tells each viewer what it may do with it', async () => {
    const access = 'access(purpose: $purpose) { decision columns { column decision obligations } reasons agreements { id kind state } }'
    const query = `query ($purpose: IRI) { table(id: "${accounts}") { ${access} } viewer { purposes { iri } } }`
    const told = await pilot.ask<{
      table: { access: { decision: string; agreements: unknown[] } } | null
      viewer: { purposes: unknown[] }
    }>('enforcement', query, {
      variables: { purpose: purposes.licensing },
    })
    expect(told.errors).toBeUndefined()
    expect(told.data?.table?.access).toMatchObject({ decision: 'MASK', agreements: [{ state: 'IN_FORCE' }, { state: 'IN_FORCE' }] })
    expect(told.data?.viewer.purposes).toEqual([{ iri: purposes.enforcement }])
    const without = await pilot.ask<{ table: { access: { decision: string; reasons: string[] } } }>('enforcement', query)
    expect(without.data?.table.access).toMatchObject({ decision: 'DENY', reasons: [expect.stringMatching(/confirm the one purpose/)] })
    expect((await pilot.ask<{ table: unknown }>('barnet', query)).data?.table).toBeNull()
  })

  it('is closed again once a party suspends its agreement, and open once that party lets it go on', async () => {
    const suspend = 'mutation ($id: ID!) { suspendAgreement(id: $id, reason: "A complaint.") { state } }'
    expect((await pilot.ask('camden', suspend, { variables: { id: disclosure } })).errors).toBeUndefined()
    expect(codeOf(await pilot.ask('enforcement', all, { purpose: purposes.licensing }))).toBe('UNKNOWN_TABLE')
    const resume = 'mutation ($id: ID!) { resumeAgreement(id: $id) { state } }'
    expect(codeOf(await pilot.ask('enforcement', resume, { variables: { id: disclosure } }))).toBe('FORBIDDEN')
    expect(await pilot.ask('camden', resume, { variables: { id: disclosure } })).toEqual({
      data: { resumeAgreement: { state: 'IN_FORCE' } },
    })
    expect((await pilot.ask<Answered>('enforcement', all, { purpose: purposes.licensing })).data?.query?.rows).toHaveLength(2)
  })
})
