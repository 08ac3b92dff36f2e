import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { CompactSign, importJWK, type JWK } from 'jose'
import { ConfigError } from '../../../errors.js'
import type { Agreement } from '../../../policy/agreement.js'
import { obligationText } from '../../../policy/obligations.js'
import { agreementType } from '../../../policy/signature.js'
import { agreementOf } from '../../agreement-text.js'
import { askGraph } from '../../ask-graph.js'
import { harmless } from '../../query-text.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

interface Options {
  url: string
  token?: string
  id: string
  key: string
  yes?: boolean
}

const help = `
It shows all that is signed, and signs only with --yes: first without it, then with it. What is signed is the text that was shown here, whatever the hub does later.
`

/** `dials agreement sign` */
export function agreementSignCommand(): Command {
  return new Command('sign')
    .description('show an agreement, and sign it for an organisation')
    .requiredOption('--id <id>', 'the agreement')
    .requiredOption('--key <file>', 'the private key of the organisation: dials agreement keygen')
    .option('--yes', 'sign it')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', help)
    .action(async ({ url, token, id, key, yes = false }: Options, command: Command) => {
      const hub = { url: hubUrl(url, command), token: bearerOf(token, command) }
      const jwk = await privateKey(key)
      const asked = 'query ($id: ID!) { agreement(id: $id) { canonical } }'
      const { canonical } = await askGraph<{ canonical: string }>(hub, 'agreement', asked, { id })
      process.stdout.write(`${shown(agreementOf(canonical, id), canonical)}\n`)
      if (!yes) {
        process.stdout.write('Not signed: read it, and give --yes.\n')
        return
      }
      const jws = await new CompactSign(Buffer.from(canonical))
        .setProtectedHeader({ alg: 'EdDSA', typ: agreementType, kid: jwk.kid as string })
        .sign(await importJWK(jwk, 'EdDSA'))
      const mutation = 'mutation ($id: ID!, $jws: String!) { signAgreement(id: $id, jws: $jws) { state } }'
      const { state } = await askGraph<{ state: string }>(hub, 'signAgreement', mutation, { id, jws })
      process.stdout.write(`Signed. The agreement is ${state}.\n`)
    })
}

function shown(agreement: Agreement, canonical: string): string {
  const {
    title,
    kind,
    discloser,
    recipients,
    purposes,
    legalBases,
    legalGateway,
    tables,
    validFrom,
    validUntil,
    retentionDays,
    impactAssessment,
  } = agreement
  const obligations = (all: readonly Parameters<typeof obligationText>[0][]) =>
    all.length === 0 ? '' : ` [${all.map(obligationText).join(', ')}]`
  return [
    `${title} (${kind} ${agreement.id}, version ${agreement.version})`,
    `  of ${discloser}, to ${recipients.join(', ')}`,
    `  for ${purposes.join(', ')}`,
    `  on ${legalBases.join(', ')}${legalGateway === null ? '' : `; ${legalGateway}`}`,
    `  from ${validFrom} until ${validUntil}; kept for ${retentionDays ?? 'an unnamed number of'} days; onward sharing: ${agreement.onwardSharing ? 'yes' : 'no'}`,
    ...tables.flatMap(({ table, columns, rowFilter, obligations: limits }) => [
      `  ${table}${obligations(limits)}${rowFilter === null ? '' : `, rows where ${JSON.stringify(rowFilter)}`}`,
      ...columns.map(({ column, uses, obligations: masks }) => `    ${column}: ${uses.join(', ') || 'nothing'}${obligations(masks)}`),
      ...(columns.length === 0 ? ['    whatever columns the other agreement lets out'] : []),
    ]),
    ...(impactAssessment === null
      ? []
      : [`  impact assessment: SHA-256 ${impactAssessment.sha256}${impactAssessment.url === null ? '' : `, ${impactAssessment.url}`}`]),
    `  SHA-256 ${createHash('sha256').update(canonical).digest('hex')}`,
  ]
    .map(harmless)
    .join('\n')
}

async function privateKey(file: string): Promise<JWK> {
  try {
    const jwk = JSON.parse(await readFile(file, 'utf8')) as JWK
    if (jwk.crv === 'Ed25519' && typeof jwk.d === 'string' && typeof jwk.kid === 'string') return jwk
  } catch {
    // Its own error could quote the key.
  }
  throw new ConfigError(file, '', 'is no private key of Ed25519 with a kid: dials agreement keygen makes one')
}
