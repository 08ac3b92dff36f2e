import { createHash } from 'node:crypto'
import type { Agreement } from '../policy/agreement.js'
import { obligationText } from '../policy/obligations.js'
import { harmless } from './query-text.js'

/** All that an agreement says, for people. Texts of others steer no terminal. @param canonical what is signed. */
export function agreementSummary(agreement: Agreement, canonical: string): string {
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
