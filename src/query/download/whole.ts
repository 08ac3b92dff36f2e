import type { Recorded } from '../../audit/auditor.js'
import { scanOfAnswer } from '../../connector/cut.js'
import { deadlineAfter } from '../../connector/deadline.js'
import type { LandedFile } from '../../connector/engine.js'
import type { TableScan } from '../../connector/relation.js'
import { SourceUnavailable } from '../../errors.js'
import { type Executed, execute, type Finish } from '../6-execute/execute.js'
import { releaseAll } from '../6-execute/fragment.js'
import { fragmentLimits, type Prepared, stageOptions } from '../run.js'
import type { DownloadContext, Landing } from './download.js'

/** Runs the whole query within its deadline. @param finish makes the answer's files. */
export async function whole<T>(
  prepared: Prepared,
  recorded: Recorded,
  context: DownloadContext,
  finish: (signal: AbortSignal) => Finish<T>,
): Promise<Executed<T>> {
  const deadline = deadlineAfter(prepared.end - Date.now(), context.signal)
  try {
    const options = { ...stageOptions(prepared, recorded, context, deadline.signal), matches: true }
    return await context.turn(() => execute(prepared.planned, context.sources, context.engine, options, finish(deadline.signal)))
  } finally {
    deadline.clear()
  }
}

/** Lands the rows of the residual as parts in memory. */
export function landedRows({ engine, landing }: DownloadContext): (signal: AbortSignal) => Finish<readonly LandedFile[]> {
  return (signal) => async (residual, parts) => {
    checkMemory(landing)
    const files: LandedFile[] = []
    try {
      const options = { signal, folder: landing.folder, bytesMax: fragmentLimits.bytesMax, ordered: true }
      for await (const file of engine.combine(residual, parts, options)) files.push(file)
      return files
    } catch (thrown) {
      await releaseAll(files)
      throw thrown
    }
  }
}

/** Nothing lands where what is written reaches a disk. @throws SOURCE_UNAVAILABLE there. */
export function checkMemory(landing: Landing): void {
  if (landing.isMemory()) return
  throw new SourceUnavailable(
    'This hub has no memory file system (a tmpfs at /dev/shm), and never writes rows to a disk. It can write CSV, NDJSON and GeoJSON of rows that it neither sorts, groups nor joins itself.',
  )
}

/** Takes the room of files that have landed, before anything of them is sent. @param beside bytes that are needed beside them. */
export function roomFor(files: readonly LandedFile[], { landing, signal }: DownloadContext, beside = 0): Promise<() => void> {
  return landing.room.take(
    files.reduce((sum, { bytes }) => sum + bytes, beside),
    signal,
  )
}

/** The rows of an answer that has landed, as a relation. */
export function scanOfRows({ planned }: Prepared): TableScan {
  return scanOfAnswer(
    '#rows',
    planned.outputs.map(({ shape }) => shape),
  )
}
