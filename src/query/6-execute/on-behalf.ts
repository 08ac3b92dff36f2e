import type { Asker, ScanGrant } from '../../connector/source.js'
import { DialsError } from '../../errors.js'
import type { Viewer } from '../../identity/viewer.js'
import { tableLimits } from '../../policy/obligations.js'
import type { AuthorisedQuery } from '../3-authorise/authorise.js'
import type { Sources } from './sources.js'

/** Who asks, for each spoke of which the query reads what not everybody may. No other spoke learns it. */
export function askersOf(
  { tables, protectedTables }: AuthorisedQuery,
  { viewer, tokenSha256 }: { readonly viewer: Viewer; readonly tokenSha256?: string },
): Map<string, Asker> {
  const { issuer, organisation, subject, expiresAt } = viewer
  if (!issuer || !organisation || !subject || !expiresAt || !tokenSha256) return new Map()
  const asker = { issuer, organisation, subject, expiresAt, tokenSha256 }
  const told = [...tables.values()].filter(({ id }) => protectedTables.has(id))
  return new Map(told.map(({ spokeId }) => [spokeId, asker]))
}

/** For each spoke the agreements that its tables rest on, which it verifies itself. */
export function grantsOf({ tables, pairs, purpose }: AuthorisedQuery): Map<string, ScanGrant> {
  const grants = new Map<string, ScanGrant>()
  if (purpose === undefined) return grants
  for (const [id, { disclosure, receipt }] of pairs) {
    const spokeId = tables.get(id)?.spokeId ?? ''
    const known = grants.get(spokeId)?.agreements ?? []
    const added = [disclosure, receipt].map(({ canonical, signatures }) => ({
      canonical,
      signatures: signatures.map(({ organisation, jws }) => ({ organisation, jws })),
    }))
    const fresh = added.filter(({ canonical }) => !known.some((one) => one.canonical === canonical))
    grants.set(spokeId, { purpose, agreements: [...known, ...fresh] })
  }
  return grants
}

/**
 * Only a spoke process carries out what an agreement asks for: it decides again, and changes values before they leave.
 * @throws AGREEMENT_REQUIRED where something else holds a table that rests on an agreement.
 */
export function servedBySpokes(query: AuthorisedQuery, sources: Sources): AuthorisedQuery {
  for (const id of query.pairs.keys()) {
    const spokeId = query.tables.get(id)?.spokeId ?? ''
    if (sources.get(spokeId)?.source.decidesAccess !== true)
      throw new DialsError('AGREEMENT_REQUIRED', `The table ${id} is not held by a spoke process, which alone can carry out an agreement.`)
  }
  return query
}

/**
 * When the agreements end that a query rests on, in milliseconds since the epoch: their time, or that of an obligation of a table.
 */
export function endsOf({ pairs }: Pick<AuthorisedQuery, 'pairs'>): number[] {
  return [...pairs].flatMap(([id, { disclosure, receipt }]) =>
    [disclosure, receipt].flatMap(({ agreement: { validUntil, tables } }) => [
      Date.parse(validUntil),
      ...tables.filter(({ table }) => table === id).flatMap(({ obligations }) => tableLimits(obligations).expiresAt ?? []),
    ]),
  )
}

/** A failure of a query: where an agreement that it rests on has ended meanwhile, that is what is told. */
export function orEnded(error: DialsError, query: Pick<AuthorisedQuery, 'pairs'>, now: number): DialsError {
  if (!endsOf(query).some((end) => end <= now)) return error
  return new DialsError(
    'AGREEMENT_REQUIRED',
    'An agreement that this query rests on has ended while it ran, so nothing of it is answered.',
    {
      cause: error,
    },
  )
}
