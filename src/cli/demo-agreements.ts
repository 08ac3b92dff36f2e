import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HubConfig } from '../config.js'
import { giveSignature, offerAgreement } from './agreement-at-hub.js'
import { makeAgreementKey, readAgreementKey, signText } from './agreement-key.js'
import { askGraph } from './ask-graph.js'
import { demoToken } from './demo-token.js'
import { isThere } from './is-there.js'
import { packageFile } from './package-file.js'
import { parseInput } from './query-input.js'

/** The organisation of the demonstration that has no data, and gets some under agreements. */
export const demoRecipient = 'housing-enforcement'

/** The boroughs that let it have data. The agreement in examples/london is that of the first. */
const disclosers = ['camden', 'barnet', 'lambeth'] as const
const organisationOf = (borough: string) => `london-borough-of-${borough}`

const keyFile = (dataFolder: string, organisation: string) => join(dataFolder, 'organisations', `${organisation}.jwk`)

/**
 * The organisations that sign agreements in the demonstration, with keys that are made at its first start. In life each organisation has
 * its own, and no hub sees them.
 */
export async function demoSignatories(dataFolder: string): Promise<NonNullable<HubConfig['organisations']>> {
  await mkdir(join(dataFolder, 'organisations'), { recursive: true, mode: 0o700 })
  return Promise.all(
    [...disclosers.map(organisationOf), demoRecipient].map(async (id) => {
      const file = keyFile(dataFolder, id)
      if (!(await isThere(file))) await makeAgreementKey(file, `${file}.jwks.json`)
      return { id, keys: `${file}.jwks.json` }
    }),
  )
}

/** Has the agreements of the demonstration made and signed, as their parties would over HTTP. Those that stand already are left alone. */
export async function makeDemoAgreements(url: string, dataFolder: string): Promise<void> {
  const text = await readFile(packageFile('examples/london/candidate-hmos-agreement.yaml'), 'utf8')
  const make = async (borough: string) => {
    const disclosure = parseInput(text.replaceAll('camden', borough), 'candidate-hmos-agreement.yaml') as AgreementInput
    // The recipient accepts what the disclosure lets out, and binds itself to it.
    const receipt = { ...disclosure, kind: 'RECEIPT', tables: disclosure.tables.map(({ table }) => ({ table, columns: [] })) }
    for (const input of [disclosure, receipt]) await agree(url, dataFolder, input)
  }
  await Promise.all(disclosers.map(make))
}

interface AgreementInput {
  readonly kind: string
  readonly discloser: string
  readonly tables: readonly { readonly table: string }[]
}

async function agree(url: string, dataFolder: string, input: AgreementInput): Promise<void> {
  const parties = [input.discloser, demoRecipient]
  const hubOf = async (party: string) => ({ url, token: await demoToken(dataFolder, party, ['agreements:write']) })
  const discloser = await hubOf(input.discloser)
  const standing = await askGraph<{ nodes: { kind: string; recipients: { id: string }[]; discloser: { id: string } }[] }>(
    discloser,
    'agreements',
    `{ agreements(filter: { states: [IN_FORCE, SUSPENDED], organisation: "${input.discloser}" }, first: 100) { nodes { kind discloser { id } recipients { id } } } }`,
  )
  const isThis = (one: (typeof standing.nodes)[number]) =>
    one.kind === input.kind && one.discloser.id === input.discloser && one.recipients.some(({ id }) => id === demoRecipient)
  if (standing.nodes.some(isThis)) return
  const { id, canonical } = await offerAgreement(discloser, input)
  for (const party of parties)
    await giveSignature(await hubOf(party), id, await signText(canonical, await readAgreementKey(keyFile(dataFolder, party))))
}
