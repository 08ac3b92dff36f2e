import type { FastifyReply } from 'fastify'

/** When the work for an answer ends. */
export interface AnswerEnd {
  /** Aborts when the client goes away before its answer is complete, or when its time is over. */
  readonly signal: AbortSignal
  /** Ends it at another time too. @param seconds since the epoch. Undefined for no other time. @param why for the log. */
  endAt(seconds: number | undefined, why: string): void
}

/** Watches an answer, for so many milliseconds at most. Call it before the first await, or the event of a client that goes away may be missed. */
export function endOf(reply: FastifyReply, ms: number): AnswerEnd {
  const controller = new AbortController()
  const timers: NodeJS.Timeout[] = []
  const endIn = (left: number, why: string) => timers.push(setTimeout(() => controller.abort(new DOMException(why, 'TimeoutError')), left))
  endIn(ms, 'The time is over.')
  reply.raw.once('close', () => {
    for (const timer of timers) clearTimeout(timer)
    if (!reply.raw.writableFinished) controller.abort()
  })
  return {
    signal: controller.signal,
    endAt(seconds, why) {
      if (seconds !== undefined) endIn(Math.min(ms, Math.max(0, seconds * 1000 - Date.now())), why)
    },
  }
}
