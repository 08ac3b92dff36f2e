import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { IssuerConfig } from '../config.js'
import type { Asker } from '../connector/source.js'
import { DialsError } from '../errors.js'
import { skewSeconds } from './clock-skew.js'
import type { Viewer } from './viewer.js'

/** The claim `viewer` of a scan token: what the hub states of who asks, for one spoke and one scan. */
export const viewerStatementSchema = z.strictObject({
  /** The issuer of the viewer's token. */
  iss: z.string().min(1).max(2048),
  /** The organisation that the token speaks for. */
  organisation: z.string().min(1).max(200),
  /** A pseudonym of the subject, which only this spoke gets. */
  sub: z.string().regex(/^[\w-]{43}$/),
  /** SHA-256 of the viewer's token, hexadecimal. */
  token_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** When the viewer's token ends: seconds since the epoch. */
  exp: z.number().int().positive(),
})
/** Inferred from its schema. */
export type ViewerStatement = z.infer<typeof viewerStatementSchema>

/** An issuer that a spoke pins, and the organisations that it may speak for at that spoke. */
export type PinnedIssuer = Pick<IssuerConfig, 'issuer' | 'organisations'>

/**
 * The statement of an asker for one spoke. The subject's pseudonym is keyed by the hub's secret, and differs from spoke to spoke and from
 * issuer to issuer: a spoke can neither guess the subject nor recognise it in what another spoke was told.
 */
export function stateViewer(
  { issuer, organisation, subject, tokenSha256, expiresAt }: Asker,
  spokeId: string,
  secret: Buffer,
): ViewerStatement {
  const sub = createHmac('sha256', secret)
    .update(JSON.stringify([spokeId, issuer, subject]))
    .digest('base64url')
  return { iss: issuer, organisation, sub, token_sha256: tokenSha256, exp: expiresAt }
}

/**
 * The viewer of a statement whose signature was verified, judged by the issuers that this spoke pins. Throws FORBIDDEN: the refusal is the
 * query's own, and says nothing about the spoke.
 */
export function viewerOfStatement({ iss, organisation, sub, exp }: ViewerStatement, issuers: readonly PinnedIssuer[]): Viewer {
  const pinned = issuers.find(({ issuer }) => issuer === iss)
  if (pinned === undefined)
    throw forbidden('does not accept the issuer of your token: its operator has to name it under issuers in spoke.yaml')
  if (!pinned.organisations.includes(organisation))
    throw forbidden(
      'does not let the issuer of your token speak for your organisation: its operator has to name it under issuers in spoke.yaml',
    )
  if (exp + skewSeconds < Date.now() / 1000) throw forbidden('sees that your token has expired: ask again with a new one')
  return { subject: sub, issuer: iss, organisation, scopes: [], expiresAt: exp }
}

function forbidden(reason: string): DialsError {
  return new DialsError('FORBIDDEN', `The spoke ${reason}.`)
}
