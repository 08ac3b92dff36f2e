import { PassThrough } from 'node:stream'
import type { Engine, LandedFile, LandedParts } from '../../connector/engine.js'
import type { Relation } from '../../connector/relation.js'
import { operatorsOf } from '../../connector/traverse.js'
import type { PhysicalPlan, PlanFragment } from '../4-plan/physical-plan.js'
import { blameSources } from './blame-sources.js'
import { refuseFailed } from './execute.js'
import { type FragmentOutcome, releaseAll } from './fragment.js'
import { runStage, type StageOptions, type StageReader } from './run-stage.js'
import type { Sources } from './sources.js'

/** Room in memory for parts that have landed and were not written yet. All downloads share it. */
export interface Room {
  /** Takes bytes, once there are some, and returns what gives them back. @throws RESULT_TOO_LARGE where there are none for too long. */
  take(bytes: number, signal: AbortSignal): Promise<() => void>
}

/** How a download is streamed. */
export interface StreamOptions extends StageOptions {
  readonly room: Room
  /** Does the work that reads the sources, in a turn of the client. */
  turn<T>(work: () => Promise<T>): Promise<T>
}

interface Landed {
  readonly file: LandedFile
  readonly giveBack: () => void
}

/** Whether a plan answers each row of its sources by itself, so that the residual can run over one part after the other. */
export function isRowWise({ stages, residual, matches }: PhysicalPlan): boolean {
  const rowWise: readonly Relation['op'][] = ['scan', 'union', 'project', 'filter']
  return stages.length === 1 && matches.length === 0 && [...operatorsOf(residual)].every(({ op }) => rowWise.includes(op))
}

/**
 * Stage 6 for a download whose plan is row-wise: runs the fragments side by side, and writes each part once it has landed, source by source,
 * in the order of the plan. A source is read as fast as it answers while there is room, and waits otherwise; so a slow client occupies room and
 * no source. The first source that fails ends it.
 * @param write writes the residual over one part.
 * @returns what the sources answered.
 */
export async function* stream(
  plan: PhysicalPlan,
  sources: Sources,
  engine: Engine,
  { room, turn, ...options }: StreamOptions,
  write: (parts: LandedParts) => AsyncGenerator<Uint8Array, unknown>,
): AsyncGenerator<Uint8Array, readonly FragmentOutcome[]> {
  const [stage = []] = plan.stages
  const left = new AbortController()
  const signal = AbortSignal.any([options.signal, left.signal])
  const held = new Set<Landed>()
  const lines = new Map(stage.map(({ id }) => [id, new PassThrough({ objectMode: true, highWaterMark: Number.MAX_SAFE_INTEGER })]))
  const reader: StageReader = {
    async arrived({ id }, file) {
      const landed = { file, giveBack: await room.take(file.bytes, signal) }
      held.add(landed)
      lines.get(id)?.write(landed)
    },
    ended: ({ id }) => lines.get(id)?.end(),
  }
  const running = turn(() => runStage(stage, sources, { ...options, signal }, reader))
  // It is awaited below, in order; until then it must not count as unhandled.
  running.catch(() => {
    for (const line of lines.values()) line.end()
  })
  try {
    for (const fragment of stage) {
      for await (const landed of lines.get(fragment.id) as AsyncIterable<Landed>) {
        try {
          yield* write(new Map([[fragment.id, [landed.file]]]))
        } catch (thrown) {
          await blame(fragment, landed.file, thrown)
        }
        await landed.file.release()
        landed.giveBack()
        held.delete(landed)
      }
    }
    const outcomes = await running
    refuseFailed(outcomes, options)
    return outcomes
  } finally {
    left.abort()
    await releaseAll([...held].map(({ file }) => file))
    for (const { giveBack } of held) giveBack()
    await running.then((outcomes) => releaseAll(outcomes.flatMap(({ files }) => files))).catch(() => undefined)
  }

  /** A part may be gone because its source has failed meanwhile, and may be unreadable because of its source. */
  async function blame(fragment: PlanFragment, file: LandedFile, thrown: unknown): Promise<never> {
    const outcome = { fragment, files: [file], report: undefined, error: undefined, bytes: file.bytes, elapsedMs: 0, isSkipped: false }
    const [blamed] = await blameSources([outcome], thrown, engine, signal)
    left.abort()
    const outcomes = await running
    refuseFailed(outcomes, options)
    sources.get(fragment.spokeId)?.observed(blamed?.error)
    throw blamed?.error ?? thrown
  }
}
