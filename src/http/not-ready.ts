import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds to wait for a part. One that does not answer by then counts as not ready. */
export const readyMsMax = 2_000

/**
 * The names of the parts that do not answer; empty if all do.
 * @param parts by name: a function that asks the part, and rejects if it does not answer.
 */
export async function notReady(parts: Readonly<Record<string, () => Promise<unknown>>>, msMax = readyMsMax): Promise<string[]> {
  const asked = Object.entries(parts).map(async ([name, ask]) => {
    const answers = await Promise.race([
      ask().then(
        () => true,
        () => false,
      ),
      delay(msMax, false, { ref: false }),
    ])
    return answers ? [] : [name]
  })
  return (await Promise.all(asked)).flat()
}
