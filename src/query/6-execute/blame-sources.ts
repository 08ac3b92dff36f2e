import { scanOfAnswer } from '../../connector/cut.js'
import { type Engine, isReadError } from '../../connector/engine.js'
import { shapesOf } from '../../connector/shapes.js'
import { SourceUnavailable } from '../../errors.js'
import type { FragmentOutcome } from './fragment.js'

/**
 * Finds the sources whose parts made the residual fail, and marks them as failed. Reads all parts again, so it is called only then. Returns
 * the outcomes unchanged where the failure has another reason.
 */
export function blameSources(
  outcomes: readonly FragmentOutcome[],
  failure: unknown,
  engine: Engine,
  signal: AbortSignal,
): Promise<FragmentOutcome[]> {
  if (!isReadError(failure)) return Promise.resolve([...outcomes])
  return Promise.all(
    outcomes.map(async (outcome) => {
      const cause = outcome.error === undefined ? await readError(outcome, engine, signal) : undefined
      if (cause === undefined) return outcome
      const error = new SourceUnavailable(`The spoke ${outcome.fragment.spokeId} answered with data that cannot be read.`, { cause })
      return { ...outcome, files: [], report: undefined, error }
    }),
  )
}

async function readError({ fragment, files }: FragmentOutcome, engine: Engine, signal: AbortSignal): Promise<unknown> {
  try {
    await engine.check(scanOfAnswer(fragment.id, shapesOf(fragment.planned.pushed)), files, signal)
    return undefined
  } catch (thrown) {
    return isReadError(thrown) ? thrown : undefined
  }
}
