import type { Engine } from '../../connector/engine.js'
import { shapesOf } from '../../connector/shapes.js'
import { SourceUnavailable, toDialsError } from '../../errors.js'
import type { FragmentOutcome } from './fragment.js'
import { partsSql } from './residual.js'

/** What the engine answers where it cannot read what it was given, or a value is not of its type. */
const readErrors: readonly string[] = ['INTERNAL_SERVER_ERROR', 'TYPE_MISMATCH', 'BAD_USER_INPUT']

/** Whether parts that cannot be read, or hold what was not planned, may be why the engine failed. */
export function isOfReading(thrown: unknown): boolean {
  return readErrors.includes(toDialsError(thrown).code)
}

/**
 * The outcomes, those whose parts cannot be read as what was planned turned into failures of their sources. For when the residual failed:
 * reading everything once more is the price of knowing whose fault it was.
 */
export function blameSources(
  outcomes: readonly FragmentOutcome[],
  failure: unknown,
  engine: Engine,
  signal: AbortSignal,
): Promise<FragmentOutcome[]> {
  if (!isOfReading(failure)) return Promise.resolve([...outcomes])
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
  const columns = shapesOf(fragment.planned.taken).map((shape, index) => ({ name: `c${index}`, ...shape }))
  const parts = partsSql(
    { op: 'scan', table: fragment.id, columns },
    files.map(({ path }) => path),
  )
  const session = await engine.connect(signal)
  try {
    await session.rows(`SELECT max(hash(parts)) AS read FROM ${parts}`)
    return undefined
  } catch (thrown) {
    return isOfReading(thrown) ? thrown : undefined
  } finally {
    await session.close()
  }
}
