import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import { type Answer, startTestHub, type TestHub } from '../../support/dials.js'
import { issuersYaml, startIssuer, type TestIssuer } from '../../support/issuer.js'
import { childSpoke, openWorkspace, type Workspace } from '../../support/workspace.js'

/** Purposes of the vocabulary that the tests name. */
export const purposes = {
  licensing: 'https://seven-dials.example/purpose#HmoLicensing',
  enforcement: 'https://seven-dials.example/purpose#HousingEnforcement',
  fraud: 'https://seven-dials.example/purpose#CounterFraud',
} as const

/** The closed table of the pilot: each row a made-up household. */
export const accounts = 'camden/accounts/accounts'
const rows = [
  'UPRN,Name,Born,Postcode,Adults,Arrears',
  '100000000001,Ann Example,1971-04-03,NW6 5UH,6,120.50',
  '100000000002,Bob Example,1988-11-20,WC1X 8PA,2,0.00',
  '100000000003,Cem Example,1990-01-31,NW6 5UH,5,80.00',
]
const organisations = ['camden', 'enforcement', 'barnet'] as const
/** An organisation of the pilot: camden discloses, enforcement receives, barnet is a stranger. */
export type Party = (typeof organisations)[number]

/** A hub with one spoke, whose tables are closed, and three organisations with keys. */
export interface Pilot {
  readonly hub: TestHub
  readonly workspace: Workspace
  readonly issuer: TestIssuer
  ask<T = Record<string, unknown>>(
    party: Party | undefined,
    query: string,
    how?: { variables?: object; purpose?: string },
  ): Promise<Answer<T>>
  token(party: Party): Promise<string>
  /** A signature of a text by a party's key. @param header replaces members of the right header. */
  sign(party: Party, text: string, header?: Record<string, unknown>): Promise<string>
  /** Makes an agreement, offers it and has it signed. @returns its id. */
  agree(input: object, signers?: readonly Party[]): Promise<string>
  close(): Promise<void>
}

/** The input of an agreement about the closed table. @param changes replace members. */
export function agreementInput(kind: 'DISCLOSURE' | 'RECEIPT', changes: object = {}): object {
  return {
    title: 'Candidate HMOs',
    kind,
    discloser: 'camden',
    recipients: ['enforcement'],
    purposes: [purposes.enforcement],
    legalBases: ['https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest'],
    legalGateway: 'Housing Act 2004, s.237',
    validFrom: '2026-01-01T00:00:00.000Z',
    validUntil: '2096-01-01T00:00:00.000Z',
    retentionDays: 90,
    tables: [
      {
        table: accounts,
        columns:
          kind === 'RECEIPT'
            ? []
            : [
                { column: 'UPRN', uses: ['SELECT', 'FILTER', 'JOIN', 'GROUP'] },
                { column: 'Name', uses: ['SELECT'], obligations: [{ type: 'pseudonymise' }] },
                { column: 'Born', uses: ['SELECT'], obligations: [{ type: 'generalise', params: { to: 'year' } }] },
                {
                  column: 'Postcode',
                  uses: ['SELECT', 'FILTER'],
                  obligations: [{ type: 'generalise', params: { to: 'postcode-district' } }],
                },
                { column: 'Adults', uses: ['SELECT', 'FILTER', 'AGGREGATE'] },
              ],
        rowFilter: kind === 'RECEIPT' ? null : { column: 'Adults', gte: 3 },
      },
    ],
    ...changes,
  }
}

/** Starts the pilot. @param publicKeys the key set of a party as a text, in place of one that is made here. */
export async function startPilot(
  publicKeys: (party: Party) => Promise<string | undefined> = () => Promise.resolve(undefined),
): Promise<Pilot> {
  const issuer = await startIssuer({ organisations: [...organisations] })
  const keys = new Map<Party, { readonly privateKey: CryptoKey; readonly publicJwk: JWK }>()
  for (const party of organisations) {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
    keys.set(party, { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: `${party}-1` } })
  }
  const signatories = (folder: string) =>
    `organisations: [${organisations.map((id) => `{ id: ${id}, keys: ${folder}${id}.jwks.json }`).join(', ')}]\n`
  const [connector, config] = childSpoke('camden')
  const keyFiles: Record<string, string> = {}
  for (const [party, { publicJwk }] of keys)
    keyFiles[`${party}.jwks.json`] = (await publicKeys(party)) ?? JSON.stringify({ keys: [publicJwk] })
  const workspace = await openWorkspace({
    'hub.yaml': `name: London\n${issuersYaml(issuer)}${signatories('./')}spokes:\n  - id: camden\n    organisation: { id: camden, name: Borough of Camden }\n    connector: ${connector}\n    config: ${config}\n`,
    'camden/spoke.yaml': `id: camden\norganisation: camden\n${issuersYaml(issuer)}${signatories('../')}sources:\n  - connector: files\n    config: { folder: ./data, defaultAccess: OPEN }\n`,
    'camden/data/accounts.csv': `${rows.join('\n')}\n`,
    'camden/data/catalogue.yaml':
      'datasets:\n  accounts:\n    access: CLOSED\n    listing: PARTIES\n    columns: { Name: { sensitivity: PERSONAL }, Born: { sensitivity: PERSONAL } }\n',
    ...keyFiles,
  })
  const hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('hub') })
  await hub.harvested('camden')
  const token = (party: Party) => issuer.token({ organisation: party, sub: `${party}-officer` })
  const ask: Pilot['ask'] = async (party, query, { variables, purpose } = {}) =>
    hub.ask(query, variables, {
      ...(party === undefined ? {} : { authorization: `Bearer ${await token(party)}` }),
      ...(purpose === undefined ? {} : { purpose }),
    })
  const sign: Pilot['sign'] = (party, text, header = {}) => {
    const { privateKey, publicJwk } = keys.get(party) as { privateKey: CryptoKey; publicJwk: JWK }
    return new CompactSign(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'agreement+jws', kid: publicJwk.kid as string, ...header })
      .sign(privateKey)
  }
  return {
    hub,
    workspace,
    issuer,
    ask,
    token,
    sign,
    async agree(input, signers = ['camden', 'enforcement']) {
      const created = await ask<{ createAgreement: { id: string } }>(
        'camden',
        'mutation ($input: AgreementInput!) { createAgreement(input: $input) { id } }',
        {
          variables: { input },
        },
      )
      if (!created.data?.createAgreement) throw new Error(JSON.stringify(created.errors))
      const { id } = created.data.createAgreement
      const offered = await ask<{ offerAgreement: { canonical: string } }>(
        'camden',
        'mutation ($id: ID!) { offerAgreement(id: $id) { canonical } }',
        {
          variables: { id },
        },
      )
      const { canonical } = offered.data?.offerAgreement as { canonical: string }
      for (const party of signers) {
        const jws = await sign(party, canonical)
        const answer = await ask(party, 'mutation ($id: ID!, $jws: String!) { signAgreement(id: $id, jws: $jws) { state } }', {
          variables: { id, jws },
        })
        if (answer.errors) throw new Error(JSON.stringify(answer.errors))
      }
      return id
    },
    async close() {
      await hub.stop()
      await issuer.close()
      await workspace.remove()
    },
  }
}
