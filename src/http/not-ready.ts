import { setTimeout as delay } from 'node:timers/promises'

/** A part that stalls is as little ready as one that is gone, and whoever asks does not wait for ever: milliseconds. */
export const readyMsMax = 2_000

/**
 * The names of the parts that do not answer; empty when all do.
 * @param parts by name: each asks its part, and rejects where that does not answer.
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
