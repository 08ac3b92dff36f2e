import type { FastifyReply } from 'fastify'
import { DialsError } from '../errors.js'
import { msUntilExpiry } from '../identity/clock-skew.js'

/** When the work for an answer ends. */
export interface AnswerEnd {
  /** Aborts when the client goes away before its answer is complete, or when its time is over. */
  readonly signal: AbortSignal
  /** Once the answer was sent, or the client has gone. */
  readonly closed: Promise<void>
  /** Ends it with the viewer's token, too. @param seconds since the epoch. Undefined for a viewer without a token. */
  endWithToken(seconds: number | undefined): void
}

/** Watches an answer, for so many milliseconds at most. Call it before the first await, or the event of a client that goes away may be missed. */
export function endOf(reply: FastifyReply, ms: number): AnswerEnd {
  const controller = new AbortController()
  const timers: NodeJS.Timeout[] = []
  const endIn = (left: number, why: Error) => timers.push(setTimeout(() => controller.abort(why), left))
  endIn(ms, new DOMException('The time is over.', 'TimeoutError'))
  // What counts, limits and writes an answer listens for its end: more than the ten that Node warns of.
  reply.raw.setMaxListeners(0)
  const closed = new Promise<void>((resolve) => {
    reply.raw.once('close', () => {
      for (const timer of timers) clearTimeout(timer)
      if (!reply.raw.writableFinished) controller.abort()
      resolve()
    })
  })
  return {
    signal: controller.signal,
    closed,
    endWithToken(seconds) {
      if (seconds === undefined) return
      endIn(Math.min(ms, msUntilExpiry(seconds)), new DialsError('UNAUTHENTICATED', 'The token has expired.'))
    },
  }
}
