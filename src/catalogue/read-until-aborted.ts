/**
 * The values of a source that may never answer: ends with the signal's reason the moment it aborts, whatever the source does about it. The
 * source is told to stop and not waited for.
 */
export async function* readUntilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  const iterator = source[Symbol.asyncIterator]()
  let ended = false
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal)
      ended = next.done === true
      if (next.done === true) return
      yield next.value
    }
  } finally {
    if (!ended) Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

/** Not Promise.race: over many events that would pile up reactions on one promise. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
