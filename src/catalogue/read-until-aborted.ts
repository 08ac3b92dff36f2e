/**
 * The source threw, or the signal ended it; the reason is the cause. A class of its own, so that it differs from a failure of our database.
 */
export class SourceFailure extends Error {}

/**
 * The values of a source that may never answer. Ends as soon as the signal aborts: the source is asked to stop, but not waited for.
 * @throws SourceFailure with what the source threw, or with the signal's reason.
 */
export async function* readUntilAborted<T>(source: () => AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  let iterator: AsyncIterator<T> | undefined
  let ended = false
  let stop: () => void = () => undefined
  // One listener for all values, because adding one for each value would take a large part of the time.
  const onAbort = () => stop()
  signal.addEventListener('abort', onAbort, { once: true })
  const next = () =>
    new Promise<IteratorResult<T>>((resolve, reject) => {
      stop = () => reject(signal.reason as Error)
      if (signal.aborted) return stop()
      iterator ??= source()[Symbol.asyncIterator]()
      iterator.next().then(resolve, reject)
    })
  try {
    for (;;) {
      const result = await next().catch((cause: unknown) => {
        throw new SourceFailure('the source failed', { cause })
      })
      ended = result.done === true
      if (result.done === true) return
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (!ended) Promise.resolve(iterator?.return?.()).catch(() => undefined)
  }
}
