import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HubMetrics } from '../telemetry/metrics.js'
import { isLocal } from './is-local.js'

/**
 * GET /metrics, only for requests from this machine and for operators of the hub, because the figures reveal usage. Others get the answer
 * of a path that does not exist.
 */
export function metricsRoute(app: FastifyInstance, metrics: HubMetrics, mayOperate: (request: FastifyRequest) => Promise<boolean>): void {
  app.get('/metrics', async (request, reply) => {
    if (!isLocal(request.socket.remoteAddress, request.headers) && !(await mayOperate(request))) {
      reply.callNotFound()
      return reply
    }
    return reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.text())
  })
}
