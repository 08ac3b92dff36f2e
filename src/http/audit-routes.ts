import type { FastifyInstance, FastifyReply } from 'fastify'
import { canonical } from '../audit/entry.js'
import type { LogReader } from '../audit/read/log-reader.js'
import { tileOfPath } from '../audit/tiles/paths.js'
import { type ContextOf, contextOrError } from './begin-operation.js'
import { DialsError, toDialsError } from '../errors.js'
import { databaseError } from '../database/database-error.js'
import { BadRequest } from '../net/bad-request.js'
import { endOf } from './answer-end.js'
import { problem } from './problem.js'

/** Milliseconds that reading a bundle may take. */
const readMsMax = 60_000

/**
 * The audit log for everybody, as C2SP tlog-tiles has it: `/audit/checkpoint` and `/audit/tile/…` hold hashes and commitments, which say
 * nothing without their nonces. `/audit/keys` has the public keys. `/audit/openings/{bundle}` has nonces and entries, each for its party.
 */
export function auditRoutes(app: FastifyInstance, { audit, contextOf }: { audit: LogReader; contextOf: ContextOf }): void {
  app.get('/audit/checkpoint', async (_request, reply) => {
    const head = await audit.checkpoint()
    if (head === null) return notThere(reply, 'The audit log has no entry yet.')
    return reply.header('cache-control', 'no-cache').type('text/plain; charset=utf-8').send(head.note)
  })
  app.get('/audit/keys', async (_request, reply) =>
    reply
      .header('cache-control', 'no-cache')
      .type('text/plain; charset=utf-8')
      .send((await audit.verifierKeys()).map((key) => `${key}\n`).join('')),
  )
  app.get('/audit/tile/*', async (request, reply) => {
    const tile = tileOfPath(`tile/${(request.params as { '*': string })['*']}`)
    if (tile === undefined) return notThere(reply, 'There is no such tile: its path is that of C2SP tlog-tiles.')
    const { level, index, width } = tile
    const content = level === 'entries' ? await audit.bundle(index, width) : await audit.tile(level, index, width)
    if (content === undefined) return notThere(reply, 'The audit log has not that many entries yet.')
    return reply.header('cache-control', 'public, max-age=31536000, immutable').type('application/octet-stream').send(content)
  })
  app.get('/audit/openings/:bundle', async (request, reply) => {
    const { bundle } = request.params as { bundle: string }
    if (!/^(0|[1-9]\d{0,12})$/.test(bundle)) return notThere(reply, 'There is no such bundle: it has a number, from 0.')
    const { signal } = endOf(reply, readMsMax)
    reply.header('cache-control', 'private, no-store')
    const context = await contextOrError(contextOf(request.raw.headersDistinct['authorization'], signal, request.ip))
    if (context instanceof DialsError) return problem(reply, context)
    try {
      const { viewer } = context
      if (viewer.subject === undefined)
        throw new DialsError('UNAUTHENTICATED', 'This needs a token: send one as `Authorization: Bearer …`.')
      const openings = await audit.openings(viewer, Number(bundle))
      const lines = openings.map(({ index, opening }) => `${canonical({ index, ...opening })}\n`)
      return await reply.type('application/x-ndjson').send(lines.join(''))
    } catch (thrown) {
      return problem(reply, toDialsError(databaseError(thrown)))
    }
  })
}

function notThere(reply: FastifyReply, message: string): FastifyReply {
  return problem(reply, new BadRequest(404, message))
}
