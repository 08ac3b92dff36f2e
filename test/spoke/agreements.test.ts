import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Relation, TableScan } from '../../src/connector/relation.js'
import type { Asker, ScanGrant } from '../../src/connector/source.js'
import { type Agreement, canonicalAgreement } from '../../src/policy/agreement.js'
import { AgreementFolder } from '../../src/spoke/agreement-folder.js'
import { auditOf } from '../support/audit.js'
import { startTestSpoke, type TestSpoke } from '../support/spoke.js'

const identity = 'https://identity.enforcement.example'
const licensing = 'https://seven-dials.example/purpose#HmoLicensing'
const fraud = 'https://seven-dials.example/purpose#CounterFraud'
const disclosureId = '5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10'
const receiptId = '7f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f11'

const keys = new Map<string, CryptoKey>()
let spoke: TestSpoke
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seven-dials-spoke-'))
  for (const id of ['camden', 'enforcement', 'stranger']) {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
    keys.set(id, privateKey)
    await writeFile(join(folder, `${id}.json`), JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: id }] }))
  }
  spoke = await startTestSpoke(
    {
      'accounts.csv': 'UPRN,Name,Ward,Arrears\nu1,Ann,Holborn,10\nu2,Bob,Kilburn,20\nu3,Cem,Holborn,30\n',
      'other.csv': 'UPRN,Note\nu1,a\n',
      'watched.csv': 'UPRN,Note\nu1,a\nu2,b\n',
      'catalogue.yaml':
        'datasets:\n  accounts: { access: CLOSED, listing: PARTIES, columns: { Name: { sensitivity: PERSONAL } } }\n  other: { access: CLOSED, listing: PARTIES }\n  watched: { access: CLOSED, listing: PARTIES }\n',
    },
    {
      folder,
      extra: `organisation: camden\norganisations: [{ id: camden, keys: ./camden.json }, { id: enforcement, keys: ./enforcement.json }]\nissuers:\n  - { issuer: '${identity}', organisations: [enforcement, stranger] }\n`,
    },
  )
})
afterAll(() => spoke.remove())

const agreement = (kind: Agreement['kind'], changes: Partial<Agreement> = {}): Agreement => ({
  id: kind === 'DISCLOSURE' ? disclosureId : receiptId,
  version: 1,
  title: 'Candidates',
  kind,
  discloser: 'camden',
  recipients: ['enforcement'],
  purposes: [licensing],
  legalBases: ['https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest'],
  legalGateway: null,
  validFrom: '2026-01-01T00:00:00.000Z',
  validUntil: '2096-01-01T00:00:00.000Z',
  retentionDays: null,
  onwardSharing: false,
  impactAssessment: null,
  tables: [
    {
      table: 'camden/accounts/accounts',
      columns:
        kind === 'RECEIPT'
          ? []
          : [
              { column: 'UPRN', uses: ['SELECT', 'FILTER'], obligations: [] },
              { column: 'Ward', uses: ['GROUP', 'FILTER'], obligations: [] },
              { column: 'Name', uses: ['FILTER'], obligations: [] },
            ],
      rowFilter: null,
      obligations: [],
    },
    {
      table: 'camden/watched/watched',
      columns: kind === 'RECEIPT' ? [] : [{ column: 'UPRN', uses: ['FILTER'], obligations: [] }],
      rowFilter: null,
      obligations: [],
    },
  ],
  ...changes,
})

async function signed(document: Agreement, signers: readonly string[] = ['camden', 'enforcement'], by = (party: string) => party) {
  const canonical = canonicalAgreement(document)
  const signatures = await Promise.all(
    signers.map(async (organisation) => ({
      organisation,
      jws: await new CompactSign(Buffer.from(canonical))
        .setProtectedHeader({ alg: 'EdDSA', typ: 'agreement+jws', kid: by(organisation) })
        .sign(keys.get(by(organisation)) as CryptoKey),
    })),
  )
  return { canonical, signatures }
}

const pair = async (disclosure: Partial<Agreement> = {}, receipt: Partial<Agreement> = {}): Promise<ScanGrant['agreements']> => [
  await signed(agreement('DISCLOSURE', disclosure)),
  await signed(agreement('RECEIPT', receipt)),
]
const scan = (...names: string[]): TableScan => ({
  op: 'scan',
  table: 'accounts/accounts',
  columns: names.map((name) => ({ name, type: name === 'Arrears' ? ('INT64' as const) : ('STRING' as const) })),
})
const asker = (organisation = 'enforcement'): Asker => ({
  ...{ issuer: identity, organisation, subject: 'jane', tokenSha256: 'a'.repeat(64) },
  expiresAt: Math.floor(Date.now() / 1000) + 300,
})

interface Asked {
  readonly purpose?: string
  readonly agreements?: ScanGrant['agreements']
  readonly organisation?: string
  /** What the log of the hub says, where that is something else. */
  readonly recorded?: object
  /** What the token is for, where that is something else. */
  readonly tokenGrant?: ScanGrant
}

/** Asks as a hub that has been taken over can: every claim is the test's own. */
async function ask(
  relation: Relation,
  { purpose = licensing, agreements, organisation = 'enforcement', recorded = {}, tokenGrant }: Asked = {},
) {
  const grant = { purpose, agreements: agreements ?? (await pair()) }
  const entry = { organisation, purpose, agreement: disclosureId, ...recorded }
  const proof = auditOf(relation, 'camden', entry)
  const body = JSON.stringify({ relation, rowsMax: 1000, bytesMax: 1_000_000, timeoutMs: 30_000, ...proof, grant })
  const token = await spoke.signer.sign('purpose+jwt', 'camden', body, asker(organisation), tokenGrant ?? grant)
  const response = await fetch(`${spoke.url}/scans`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  })
  if (response.headers.get('content-type')?.startsWith('application/json') !== true) {
    await response.arrayBuffer()
    return ['READ', '']
  }
  const { code, message } = (await response.json()) as { code: string; message: string }
  return [code, message]
}
const filtered = (...names: string[]): Relation => ({
  op: 'filter',
  predicate: { kind: 'isNull', input: { kind: 'column', index: names.length - 1 }, negated: true },
  input: scan(...names),
})
const one = { kind: 'literal' as const, shape: { type: 'INT64' as const }, value: '1' }
/** A table of which an agreement lets values be filtered by, and nothing else. */
const onlyFiltered = (): Relation => ({
  op: 'filter',
  predicate: { kind: 'isNull', input: column(0), negated: true },
  input: { op: 'scan', table: 'watched/watched', columns: [{ name: 'UPRN', type: 'STRING' }] },
})
const column = (index: number) => ({ kind: 'column' as const, index })

describe('a spoke whose hub has been taken over', () => {
  it.each<[string, Relation]>([
    ['shows what may be shown', scan('UPRN')],
    [
      'filters by what may only be filtered by, and shows nothing of it',
      { op: 'project', outputs: [column(0)], input: filtered('UPRN', 'Name') },
    ],
    [
      'groups by what may only be grouped by',
      { op: 'aggregate', groups: [column(0)], measures: [{ function: 'COUNT' }], input: scan('Ward') },
    ],
  ])('%s under the agreement', async (_name, relation) => {
    expect(await ask(relation)).toEqual(['READ', ''])
  })

  it.each<[string, Relation]>([
    ['a column that is only filtered by', scan('Name')],
    ['a column that is only filtered by, below its filter', filtered('UPRN', 'Name')],
    ['a column that is only grouped by', scan('Ward')],
    ['a column that is not named', scan('UPRN', 'Arrears')],
    [
      'a sum of a column that is not named',
      { op: 'aggregate', groups: [], measures: [{ function: 'SUM', input: column(0) }], input: scan('Arrears') },
    ],
    [
      'the greatest of a column that may be grouped',
      { op: 'aggregate', groups: [], measures: [{ function: 'MAX', input: column(0) }], input: scan('Ward') },
    ],
    ['groups by a column that is only shown', { op: 'aggregate', groups: [column(0)], measures: [], input: scan('UPRN') }],
    [
      'a filter by a column that may only be grouped… cast, and shown',
      { op: 'project', outputs: [{ kind: 'cast', input: column(0), to: { type: 'STRING' } }], input: scan('Ward') },
    ],
    ['the key of a postcode', { op: 'project', outputs: [{ kind: 'normalise', as: 'TEXT', input: column(0) }], input: scan('Name') }],
    [
      'a join by a column that is only shown',
      { op: 'join', type: 'INNER', keys: [{ left: column(0), right: column(0) }], left: scan('UPRN'), right: scan('UPRN') },
    ],
    [
      'counts of a join',
      { op: 'match', type: 'INNER', keys: [{ left: column(0), right: column(0) }], left: scan('UPRN'), right: scan('UPRN') },
    ],
    [
      'a sort by a column that may only be filtered by',
      {
        op: 'project',
        outputs: [column(0)],
        input: { op: 'sort', keys: [{ column: 1, descending: false, nullsFirst: false }], input: scan('UPRN', 'Name') },
      },
    ],
    [
      'how many rows another table has, which is only filtered by',
      { op: 'aggregate', groups: [], measures: [{ function: 'SUM', input: one }], input: onlyFiltered() },
    ],
    ['rows of constants of what is only filtered by', { op: 'project', outputs: [one], input: onlyFiltered() }],
    ['a union of what may be shown with what may not', { op: 'union', inputs: [scan('UPRN'), scan('Name')] }],
    ['another closed table', { op: 'scan', table: 'other/other', columns: [{ name: 'UPRN', type: 'STRING' }] }],
  ])('does not give %s', async (_name, relation) => {
    const [code] = await ask(relation)
    expect(['FORBIDDEN', 'AGREEMENT_REQUIRED', 'UNAUTHENTICATED']).toContain(code)
  })

  it.each<[string, () => Promise<Asked>, string]>([
    ['no agreement', async () => ({ agreements: [] }), 'AGREEMENT_REQUIRED'],
    ['the disclosure alone', async () => ({ agreements: (await pair()).slice(0, 1) }), 'AGREEMENT_REQUIRED'],
    ['the receipt alone', async () => ({ agreements: (await pair()).slice(1) }), 'AGREEMENT_REQUIRED'],
    ['another purpose', async () => ({ purpose: fraud }), 'PURPOSE_NOT_PERMITTED'],
    ['a purpose that nobody knows', async () => ({ purpose: 'https://example.org/x' }), 'PURPOSE_NOT_PERMITTED'],
    ['another organisation', async () => ({ organisation: 'stranger' }), 'AGREEMENT_REQUIRED'],
    [
      'an agreement that is over',
      async () => ({ agreements: await pair({ validUntil: '2026-02-01T00:00:00.000Z' }) }),
      'AGREEMENT_REQUIRED',
    ],
    [
      'an agreement that has not begun',
      async () => ({ agreements: await pair({}, { validFrom: '2090-01-01T00:00:00.000Z' }) }),
      'AGREEMENT_REQUIRED',
    ],
    [
      'an agreement of another discloser',
      async () => ({ agreements: await pair({ discloser: 'enforcement', recipients: ['camden', 'enforcement'] }) }),
      'AGREEMENT_REQUIRED',
    ],
    [
      'an agreement that the recipient alone has signed',
      async () => ({ agreements: [await signed(agreement('DISCLOSURE'), ['enforcement']), await signed(agreement('RECEIPT'))] }),
      'AGREEMENT_REQUIRED',
    ],
    [
      'an agreement that the recipient has signed for both',
      async () => ({
        agreements: [await signed(agreement('DISCLOSURE'), undefined, () => 'enforcement'), await signed(agreement('RECEIPT'))],
      }),
      'AGREEMENT_REQUIRED',
    ],
    [
      'an agreement with somebody whose key the spoke does not pin',
      async () => ({
        organisation: 'stranger',
        agreements: [
          await signed(agreement('DISCLOSURE', { recipients: ['stranger'] }), ['camden', 'stranger']),
          await signed(agreement('RECEIPT', { recipients: ['stranger'] }), ['camden', 'stranger']),
        ],
      }),
      'AGREEMENT_REQUIRED',
    ],
    [
      'the text of an agreement that was changed after it was signed',
      async () => {
        const [disclosure, receipt] = await pair()
        const widened = canonicalAgreement(agreement('DISCLOSURE', { validUntil: '2097-01-01T00:00:00.000Z' }))
        return { agreements: [{ ...disclosure, canonical: widened }, receipt] as ScanGrant['agreements'] }
      },
      'AGREEMENT_REQUIRED',
    ],
    [
      'the text of an agreement in another form',
      async () => {
        const [disclosure, receipt] = await pair()
        return { agreements: [{ ...disclosure, canonical: ` ${disclosure?.canonical}` }, receipt] as ScanGrant['agreements'] }
      },
      'AGREEMENT_REQUIRED',
    ],
    [
      'an obligation that the spoke does not know',
      async () => {
        const [table] = agreement('DISCLOSURE').tables as [Agreement['tables'][number]]
        const columns = [{ column: 'UPRN', uses: ['SELECT' as const], obligations: [{ type: 'aggregate-only', params: null }] }]
        return { agreements: await pair({ tables: [{ ...table, columns }] }) }
      },
      'FORBIDDEN',
    ],
    [
      'a limit that the spoke does not know',
      async () => {
        const [table] = agreement('DISCLOSURE').tables as [Agreement['tables'][number]]
        return { agreements: await pair({ tables: [{ ...table, obligations: [{ type: 'small-numbers', params: null }] }] }) }
      },
      'AGREEMENT_REQUIRED',
    ],
    ['a purpose that is not in the log of the hub', async () => ({ recorded: { purpose: fraud } }), 'UNAUTHENTICATED'],
    ['an agreement that is not in the log of the hub', async () => ({ recorded: { agreement: receiptId } }), 'UNAUTHENTICATED'],
    ['a token for another purpose', async () => ({ tokenGrant: { purpose: fraud, agreements: await pair() } }), 'UNAUTHENTICATED'],
    ['a token for other agreements', async () => ({ tokenGrant: { purpose: licensing, agreements: [] } }), 'UNAUTHENTICATED'],
  ])('does not take %s', async (_name, asked, code) => {
    expect((await ask(scan('UPRN'), await asked()))[0]).toBe(code)
  })

  it('answers many scans at once under an agreement that it has not seen before', async () => {
    const agreements = await pair({ title: 'Seen by many at once' }, { title: 'Seen by many at once' })
    const asked = await Promise.all(Array.from({ length: 20 }, () => ask(scan('UPRN'), { agreements })))
    expect(new Set(asked.map(([code]) => code))).toEqual(new Set(['READ']))
  })

  it('refuses more rows than the agreement lets leave', async () => {
    const [table] = agreement('DISCLOSURE').tables as [Agreement['tables'][number]]
    const limited = (rows: number) => pair({ tables: [{ ...table, obligations: [{ type: 'maximum-rows', params: { rows } }] }] })
    expect((await ask(scan('UPRN'), { agreements: await limited(2) }))[0]).toBe('RESULT_TOO_LARGE')
    expect((await ask(scan('UPRN'), { agreements: await limited(3) }))[0]).toBe('READ')
  })

  it('obeys its own operator, over a restart too, and never goes back to an older version', async () => {
    const folder = join(spoke.folder, 'store', 'agreements')
    const operator = await AgreementFolder.open(folder)
    await operator.refuse(disclosureId, true)
    expect((await ask(scan('UPRN')))[0]).toBe('AGREEMENT_REQUIRED')
    spoke = await spoke.restart()
    expect((await ask(scan('UPRN')))[0]).toBe('AGREEMENT_REQUIRED')
    await operator.refuse(disclosureId, false)
    expect((await ask(scan('UPRN')))[0]).toBe('READ')
    expect((await ask(scan('UPRN'), { agreements: await pair({ version: 2 }) }))[0]).toBe('READ')
    expect((await ask(scan('UPRN')))[0]).toBe('AGREEMENT_REQUIRED')
    const copy = JSON.parse(await readFile(join(folder, `${disclosureId}.v2.json`), 'utf8')) as { canonical: string }
    expect((JSON.parse(copy.canonical) as Agreement).version).toBe(2)
  })
})
